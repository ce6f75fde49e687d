// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "drivers/block/block_device.h"
#include "fs/fat/fat_volume.h"
#include "fs/iso9660/iso9660_volume.h"
#include "fs/volume/file_system.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::volume {

/// Room for one mounted file system of any kind we know: there is no heap.
///
/// A new kind is a new alternative, and a new attempt in `Mount`.
class MountPoint {
 public:
  /// The working memory that suffices for every kind, on a disk of this block
  /// size; and how much makes for few requests.
  static constexpr size_t MinScratchBytes(uint32_t block_size_bytes) {
    return std::max(fat::FatVolume::MinScratchBytes(block_size_bytes),
                    iso9660::Iso9660Volume::MinScratchBytes(block_size_bytes));
  }
  static constexpr size_t kGoodScratchBytes =
      std::max(fat::FatVolume::kGoodScratchBytes,
               iso9660::Iso9660Volume::kGoodScratchBytes);

  MountPoint() = default;
  MountPoint(const MountPoint&) = delete;
  MountPoint& operator=(const MountPoint&) = delete;

  /// Mounts what `range` holds, in place of what was mounted here before.
  /// `scratch` starts at a multiple of `block::kBufferAlignmentBytes`; it and
  /// the disk must outlive the mount.
  ///
  /// kNotFound: no file system that we know. kUnsupported, kCorrupt: one that
  /// we know, but it cannot be used. kNoMemory: `scratch` is too small. And
  /// what the disk reports. After a failure nothing is mounted.
  Status Mount(const block::BlockRange& range, MutableBytes scratch);

  /// What is mounted, until the next `Mount`; null if nothing is.
  FileSystem* file_system();

  /// "FAT32", "ISO 9660 with Rock Ridge"; empty if nothing is mounted.
  std::string_view kind() const;

 private:
  template <typename Kind>
  Status Try(const block::BlockRange& range, MutableBytes scratch);

  std::variant<std::monostate, fat::FatVolume, iso9660::Iso9660Volume> mounted_;
};

}  // namespace flint::volume
