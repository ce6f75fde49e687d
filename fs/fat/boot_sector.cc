// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/boot_sector.h"

#include <algorithm>
#include <array>
#include <bit>

#include "platforms/base/checked.h"
#include "platforms/base/endian.h"

namespace flint::fat {
namespace {

/// What all three types begin with. [fat 3.1]
struct BiosParameterBlock {
  std::array<uint8_t, 3> jump;
  std::array<char, 8> oem_name;
  Le16 bytes_per_sector;
  uint8_t sectors_per_cluster;
  Le16 reserved_sector_count;
  uint8_t fat_count;
  Le16 root_entry_count;
  Le16 total_sectors_16;
  uint8_t media;
  Le16 fat_size_16;
  Le16 sectors_per_track;
  Le16 head_count;
  Le32 hidden_sectors;
  Le32 total_sectors_32;
};
static_assert(sizeof(BiosParameterBlock) == 36);

/// What ends the parameters of all three. [fat 3.2]
struct ExtendedBootRecord {
  uint8_t drive_number;
  uint8_t reserved;
  uint8_t boot_signature;
  Le32 volume_id;
  std::array<char, 11> volume_label;
  std::array<char, 8> type_name;
};
static_assert(sizeof(ExtendedBootRecord) == 26);

/// What only FAT32 has in between. [fat 3.3]
struct Fat32ParameterBlock {
  Le32 fat_size_32;
  Le16 extended_flags;
  Le16 version;
  Le32 root_cluster;
  Le16 information_sector;
  Le16 backup_boot_sector;
  std::array<uint8_t, 12> reserved;
};
static_assert(sizeof(Fat32ParameterBlock) == 28);

constexpr uint64_t kSignatureOffset = 510;
constexpr uint16_t kSignature = 0xaa55;
constexpr uint8_t kExtendedBootSignature = 0x29;
constexpr uint32_t kDirectoryRecordBytes = 32;

// Bits of `extended_flags`.
constexpr uint16_t kActiveFatMask = 0x000f;
constexpr uint16_t kNotMirrored = 0x0080;

// The first cluster counts that are too large for the type. [fat 3.5]
constexpr uint64_t kFat12Limit = 4085;
constexpr uint64_t kFat16Limit = 65525;
constexpr uint64_t kFat32Limit = 0x0ffffff5;

bool IsSectorSize(uint32_t size) {
  return std::has_single_bit(size) && size >= 512 && size <= 4096;
}

/// Fails unless the sector is a FAT boot sector, whatever else is wrong.
Status Recognize(Bytes sector, const BiosParameterBlock& parameters) {
  const Le16 signature = TRY(ReadWire<Le16>(sector, kSignatureOffset));
  if (signature != kSignature) {
    return Fail(ErrorCode::kNotFound, "no boot sector signature");
  }
  const std::string_view oem_name(parameters.oem_name.data(),
                                  parameters.oem_name.size());
  if (oem_name == "NTFS    ") {
    return Fail(ErrorCode::kUnsupported, "NTFS is not supported");
  }
  if (oem_name == "EXFAT   ") {
    return Fail(ErrorCode::kUnsupported, "exFAT is not supported");
  }
  if (!IsSectorSize(parameters.bytes_per_sector) ||
      (parameters.media != 0xf0 && parameters.media < 0xf8)) {
    return Fail(ErrorCode::kNotFound, "no FAT boot sector");
  }
  return {};
}

Status CheckCommon(const BiosParameterBlock& parameters) {
  if (!std::has_single_bit(parameters.sectors_per_cluster)) {
    return Fail(ErrorCode::kCorrupt, "FAT cluster size is not a power of two");
  }
  if (parameters.reserved_sector_count == 0) {
    return Fail(ErrorCode::kCorrupt, "FAT volume reserves no boot sector");
  }
  if (parameters.fat_count == 0) {
    return Fail(ErrorCode::kCorrupt, "FAT volume has no allocation table");
  }
  return {};
}

/// Places the areas; what depends on the type comes later.
Result<Layout> PlaceAreas(const BiosParameterBlock& parameters,
                          uint32_t fat_sectors,
                          uint64_t capacity_bytes) {
  const uint32_t total_sectors = parameters.total_sectors_16 != 0
                                     ? parameters.total_sectors_16
                                     : parameters.total_sectors_32;
  // 64 bits hold all of this: 32-bit sector numbers of at most 4096 bytes, and
  // at most 255 tables.
  const uint64_t sector_size = parameters.bytes_per_sector;
  Layout layout;
  layout.sector_size_bytes = parameters.bytes_per_sector;
  layout.cluster_size_bytes =
      layout.sector_size_bytes * parameters.sectors_per_cluster;
  layout.total_bytes = total_sectors * sector_size;
  layout.fat_offset = parameters.reserved_sector_count * sector_size;
  layout.fat_size_bytes = fat_sectors * sector_size;
  layout.fat_count = parameters.fat_count;
  layout.root_offset =
      layout.fat_offset + layout.fat_count * layout.fat_size_bytes;
  layout.root_size_bytes =
      uint64_t{parameters.root_entry_count} * kDirectoryRecordBytes;
  layout.data_offset =
      TRY(AlignUp(layout.root_offset + layout.root_size_bytes, sector_size));
  if (fat_sectors == 0) {
    return Fail(ErrorCode::kCorrupt, "FAT allocation table has no size");
  }
  if (layout.data_offset + layout.cluster_size_bytes > layout.total_bytes) {
    return Fail(ErrorCode::kCorrupt, "FAT volume has no room for data");
  }
  if (layout.total_bytes > capacity_bytes) {
    return Fail(ErrorCode::kCorrupt, "FAT volume is larger than its partition");
  }
  return layout;
}

/// Sets the type and the cluster count. [fat 3.5]
///
/// The count decides between FAT12 and FAT16. Only FAT32 has its table size in
/// 32 bits; some are made with fewer clusters than the specification asks for.
Status Classify(bool is_fat32, Layout& layout) {
  const uint64_t data_bytes = layout.total_bytes - layout.data_offset;
  const uint64_t cluster_count = data_bytes / layout.cluster_size_bytes;
  uint64_t entry_count = 0;
  if (is_fat32) {
    layout.type = FatType::kFat32;
    entry_count = layout.fat_size_bytes / 4;
    if (cluster_count >= kFat32Limit) {
      return Fail(ErrorCode::kCorrupt, "FAT32 volume has too many clusters");
    }
  } else if (cluster_count < kFat12Limit) {
    layout.type = FatType::kFat12;
    entry_count = layout.fat_size_bytes * 2 / 3;
  } else {
    layout.type = FatType::kFat16;
    entry_count = layout.fat_size_bytes / 2;
    if (cluster_count >= kFat16Limit) {
      return Fail(ErrorCode::kCorrupt, "FAT16 volume has too many clusters");
    }
  }
  if (entry_count <= kFirstCluster) {
    return Fail(ErrorCode::kCorrupt, "FAT allocation table is too small");
  }
  // Clusters without an entry can be in no chain.
  layout.cluster_count = static_cast<uint32_t>(
      std::min(cluster_count, entry_count - kFirstCluster));
  return {};
}

/// Where reserved sector `number` is; 0 if it is not one.
uint64_t ReservedSectorOffset(uint16_t number, const Layout& layout) {
  const uint64_t offset = uint64_t{number} * layout.sector_size_bytes;
  return offset < layout.fat_offset ? offset : 0;
}

Status PlaceFat32Root(const Fat32ParameterBlock& parameters, Layout& layout) {
  if (parameters.version != 0) {
    return Fail(ErrorCode::kUnsupported, "unknown version of FAT32");
  }
  if (layout.root_size_bytes != 0) {
    return Fail(ErrorCode::kCorrupt, "FAT32 volume has a FAT16 root directory");
  }
  layout.root_cluster = parameters.root_cluster;
  layout.information_offset =
      ReservedSectorOffset(parameters.information_sector, layout);
  layout.backup_boot_offset =
      ReservedSectorOffset(parameters.backup_boot_sector, layout);
  if (!layout.IsCluster(layout.root_cluster)) {
    return Fail(ErrorCode::kCorrupt,
                "FAT32 root directory lies outside the volume");
  }
  if ((parameters.extended_flags & kNotMirrored) != 0) {
    layout.fats_are_mirrored = false;
    layout.active_fat = parameters.extended_flags & kActiveFatMask;
    if (layout.active_fat >= layout.fat_count) {
      return Fail(ErrorCode::kCorrupt,
                  "FAT32 volume uses an allocation table it does not have");
    }
  }
  return {};
}

}  // namespace

std::string_view ToString(FatType type) {
  switch (type) {
    case FatType::kFat12:
      return "FAT12";
    case FatType::kFat16:
      return "FAT16";
    case FatType::kFat32:
      return "FAT32";
  }
  return "FAT";
}

Result<Layout> ParseBootSector(Bytes sector, uint64_t capacity_bytes) {
  ByteReader reader(sector);
  const auto parameters = TRY(reader.Read<BiosParameterBlock>());
  TRY(Recognize(sector, parameters));
  TRY(CheckCommon(parameters));

  const bool is_fat32 = parameters.fat_size_16 == 0;
  Fat32ParameterBlock fat32_parameters{};
  if (is_fat32) fat32_parameters = TRY(reader.Read<Fat32ParameterBlock>());
  uint32_t fat_sectors = parameters.fat_size_16;
  if (is_fat32) fat_sectors = fat32_parameters.fat_size_32;
  Layout layout = TRY(PlaceAreas(parameters, fat_sectors, capacity_bytes));
  TRY(Classify(is_fat32, layout));
  if (is_fat32) {
    TRY(PlaceFat32Root(fat32_parameters, layout));
  } else if (layout.root_size_bytes == 0) {
    return Fail(ErrorCode::kCorrupt, "FAT volume has no root directory");
  }
  const auto extended = TRY(reader.Read<ExtendedBootRecord>());
  if (extended.boot_signature == kExtendedBootSignature) {
    layout.volume_id = extended.volume_id;
    layout.extended_record_offset =
        sizeof(parameters) + (is_fat32 ? sizeof(fat32_parameters) : 0);
  }
  return layout;
}

}  // namespace flint::fat
