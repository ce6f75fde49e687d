// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// The width of an entry of the allocation table.
enum class FatType : uint8_t { kFat12, kFat16, kFat32 };

/// "FAT12", "FAT16", "FAT32".
std::string_view ToString(FatType type);

/// How much of a volume's start `ParseBootSector` looks at.
inline constexpr size_t kBootSectorBytes = 512;

/// The first number that means a cluster of data. [fat 3.4]
inline constexpr uint32_t kFirstCluster = 2;

/// Where everything is on a volume. Offsets count bytes from its start; the
/// areas lie within `total_bytes`, in the order of the members.
struct Layout {
  FatType type = FatType::kFat12;
  uint32_t sector_size_bytes = 0;
  uint32_t cluster_size_bytes = 0;

  uint64_t fat_offset = 0;
  uint64_t fat_size_bytes = 0;  // of one copy; holds every cluster's entry
  uint32_t fat_count = 0;
  /// The copy that is up to date.
  uint32_t active_fat = 0;
  /// The other copies are up to date as well.
  bool fats_are_mirrored = true;

  /// FAT12 and FAT16: the area of the root directory.
  uint64_t root_offset = 0;
  uint64_t root_size_bytes = 0;
  /// FAT32: the first cluster of the root directory.
  uint32_t root_cluster = 0;

  uint64_t data_offset = 0;
  uint32_t cluster_count = 0;
  uint64_t total_bytes = 0;

  uint32_t volume_id = 0;

  /// Where the boot sector has its state, volume id and label; 0 if it has
  /// none.
  uint64_t extended_record_offset = 0;
  /// FAT32: where the second copy of the boot sector is; 0 if there is none.
  uint64_t backup_boot_offset = 0;
  /// FAT32: where the hints about free clusters are; 0 if there are none.
  uint64_t information_offset = 0;

  /// True if `cluster` is one of the volume's.
  bool IsCluster(uint32_t cluster) const {
    return cluster >= kFirstCluster && cluster - kFirstCluster < cluster_count;
  }

  /// Where the data of `cluster`, one of the volume's, starts.
  uint64_t ClusterOffset(uint32_t cluster) const {
    return data_offset + uint64_t{cluster - kFirstCluster} * cluster_size_bytes;
  }
};

/// Reads the first sector of a volume of `capacity_bytes`. [fat 3]
///
/// kNotFound: it is no FAT boot sector. kUnsupported: NTFS, exFAT or a later
/// FAT32. kCorrupt: a FAT boot sector that contradicts itself or the capacity.
/// kTruncated: fewer than `kBootSectorBytes` bytes.
Result<Layout> ParseBootSector(Bytes sector, uint64_t capacity_bytes);

}  // namespace flint::fat
