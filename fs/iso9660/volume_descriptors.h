// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "drivers/block/block_window.h"
#include "platforms/base/result.h"

namespace flint::iso9660 {

/// Descriptors and boot catalogues are counted in these, whatever the size of a
/// volume's or a disk's blocks. [ecma-119 6.1.2]
inline constexpr uint64_t kSectorBytes = 2048;

/// Where the first descriptor is; the sectors before are nobody's. [ecma-119
/// 6.2.1]
inline constexpr uint64_t kFirstDescriptorOffset = 16 * kSectorBytes;

/// Consecutive bytes of a volume.
struct Extent {
  uint64_t offset = 0;
  uint64_t size_bytes = 0;
  bool operator==(const Extent&) const = default;
};

/// One of the trees of directories that a volume may have.
struct Tree {
  /// The unit in which its records say where something is: 512, 1024 or 2048.
  uint32_t block_size_bytes = 0;
  Extent root;
  /// What the volume is called, as stored: ASCII, or UCS-2 if Joliet.
  std::array<uint8_t, 32> identifier{};
};

/// What a volume's descriptors say.
struct VolumeDescriptors {
  Tree primary;
  /// The same files under names in Unicode. [joliet]
  std::optional<Tree> joliet;
  /// The sector of the boot catalogue. [el-torito 2]
  std::optional<uint32_t> boot_catalog_sector;
  uint64_t volume_bytes = 0;
};

/// Reads the descriptors of the volume that `window` shows all of; usually with
/// at most one request. [ecma-119 8]
///
/// kNotFound: it is no ISO 9660 file system. kUnsupported: blocks of a size
/// that nobody uses. kCorrupt: no primary descriptor, or one that contradicts
/// itself. And what the disk reports.
Result<VolumeDescriptors> ReadVolumeDescriptors(block::BlockWindow& window);

}  // namespace flint::iso9660
