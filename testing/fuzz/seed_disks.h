// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "platforms/base/bytes.h"

namespace flint::fuzz {

/// A good disk, one of each kind, that bad ones are made from.
struct SeedDisk {
  const char* path;
  uint32_t block_size_bytes;
  /// How many candidates boot from it.
  size_t bootable_count;
};

/// All of them: files of this folder, in the runfiles.
std::span<const SeedDisk> SeedDisks();

/// A seed disk's contents, and where it says anything.
class SeedImage final {
 public:
  static constexpr size_t kSectorBytes = 512;

  /// Of `SeedDisks()`, read when it is first asked for.
  static const SeedImage& Of(size_t index);

  Bytes bytes() const { return bytes_; }

  /// Where the sectors start that are not just zeros, of which most disks
  /// mainly consist. Never empty.
  std::span<const uint64_t> sectors() const { return sectors_; }

 private:
  explicit SeedImage(const char* path);

  std::vector<std::byte> bytes_;
  std::vector<uint64_t> sectors_;
};

}  // namespace flint::fuzz
