// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "fs/fat/boot_sector.h"
#include "platforms/base/endian.h"

namespace flint::fat {

/// The 32 bytes of a file in its directory. [fat 6]
struct DirectoryRecord {
  // Values of `name[0]`.
  static constexpr uint8_t kEnd = 0x00;  // and no record follows
  static constexpr uint8_t kDeleted = 0xe5;
  static constexpr uint8_t kReallyE5 = 0x05;

  // Bits of `attributes`.
  static constexpr uint8_t kReadOnly = 0x01;
  static constexpr uint8_t kHidden = 0x02;
  static constexpr uint8_t kSystem = 0x04;
  static constexpr uint8_t kVolumeLabel = 0x08;
  static constexpr uint8_t kDirectory = 0x10;
  static constexpr uint8_t kArchive = 0x20;
  static constexpr uint8_t kAttributeMask = 0x3f;
  /// Marks a part of a long name instead.
  static constexpr uint8_t kLongName = 0x0f;

  // Bits of `case_flags`, as Windows NT and Linux use them.
  static constexpr uint8_t kBaseIsLowerCase = 0x08;
  static constexpr uint8_t kExtensionIsLowerCase = 0x10;

  std::array<uint8_t, 11> name;
  uint8_t attributes;
  uint8_t case_flags;
  uint8_t created_centiseconds;
  Le16 created_time;
  Le16 created_date;
  Le16 accessed_date;
  Le16 cluster_high;
  Le16 modified_time;
  Le16 modified_date;
  Le16 cluster_low;
  Le32 size_bytes;

  bool is_long_name() const {
    return (attributes & kAttributeMask) == kLongName;
  }
  bool is_volume_label() const {
    return !is_long_name() && (attributes & kVolumeLabel) != 0;
  }
  bool is_directory() const { return (attributes & kDirectory) != 0; }
};
static_assert(sizeof(DirectoryRecord) == 32);

/// A part of a long name. The parts stand before the file's own record, the
/// last one first. [fat 7.1]
struct LongNameRecord {
  static constexpr size_t kUnitCount = 13;
  // Bits of `sequence`.
  static constexpr uint8_t kLastPart = 0x40;
  static constexpr uint8_t kNumberMask = 0x3f;

  uint8_t sequence;
  std::array<Le16, 5> units_0;
  uint8_t attributes;
  uint8_t type;
  uint8_t checksum;
  std::array<Le16, 6> units_5;
  Le16 cluster;
  std::array<Le16, 2> units_11;
};
static_assert(sizeof(LongNameRecord) == sizeof(DirectoryRecord));

/// The first cluster of a file; 0 if it has none. Only FAT32 has the upper
/// half; others may keep something else there.
inline uint32_t FirstCluster(FatType type, const DirectoryRecord& record) {
  const uint32_t low = record.cluster_low;
  return type == FatType::kFat32 ? uint32_t{record.cluster_high} << 16 | low
                                 : low;
}

inline void SetFirstCluster(FatType type,
                            uint32_t cluster,
                            DirectoryRecord& record) {
  record.cluster_low = static_cast<uint16_t>(cluster);
  if (type == FatType::kFat32) {
    record.cluster_high = static_cast<uint16_t>(cluster >> 16);
  }
}

}  // namespace flint::fat
