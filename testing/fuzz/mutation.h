// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "platforms/base/bytes.h"
#include "testing/fuzz/overlay_image.h"

namespace flint::fuzz {

/// One thing that is done to an image.
struct Mutation {
  enum class Kind : uint8_t {
    kWrite,     // `bytes` to `offset`
    kFlip,      // the bits of `bytes` at `offset`
    kSwap,      // the sectors at `offset` and `other`
    kCopy,      // the sector at `other` to `offset`
    kTruncate,  // at `offset`
  };
  static constexpr uint8_t kKindCount = 5;

  Kind kind = Kind::kWrite;
  uint64_t offset = 0;
  uint64_t other = 0;
  std::vector<std::byte> bytes = {};
};

/// A seed disk with changes.
struct MutatedDisk {
  /// Of `SeedDisks()`.
  size_t seed = 0;
  std::vector<Mutation> mutations = {};
  /// Checksums of the partition table are made right again: what lies behind
  /// them is reached.
  bool repairs_checksums = false;
  bool is_read_only = false;
};

/// Reads a fuzzer's input. Every input means a disk; offsets count only
/// sectors that say something, so that an input of a few bytes can reach all.
MutatedDisk DecodeMutatedDisk(Bytes input);

/// The disk with that number of a sequence that is always the same: all kinds
/// of disks, and all kinds of damage - flipped bits, sizes that overflow or end
/// too early, sectors lost, doubled, swapped or full of noise, an image cut
/// short.
MutatedDisk MakeMutatedDisk(uint64_t sequence, uint64_t number);

/// The disk itself.
OverlayImage Apply(const MutatedDisk& disk);

}  // namespace flint::fuzz
