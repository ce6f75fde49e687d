// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/computed_volume.h"

#include <algorithm>
#include <cstring>

#include "fs/fat/directory_record.h"
#include "fs/fat/fat_image_builder.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::fat {
namespace {

constexpr uint64_t kReservedBlocks = 32;
constexpr uint64_t kBlocksPerCluster = 8;
constexpr uint64_t kClusterBytes = 4096;
constexpr uint64_t kEntryBytes = 4;
constexpr uint64_t kRecordBytes = sizeof(DirectoryRecord);
constexpr uint32_t kEndMark = 0x0FFF'FFFF;

// Of the boot sector. [fat 3.3]
constexpr uint64_t kTotalSectors = 32;
constexpr uint64_t kTableSectors = 36;

uint64_t DivideUp(uint64_t value, uint64_t divisor) {
  return (value + divisor - 1) / divisor;
}

template <typename T>
void Put(std::span<std::byte> block, uint64_t offset, const T& value) {
  std::memcpy(block.data() + offset, &value, sizeof value);
}

}  // namespace

ComputedVolume::Places ComputedVolume::PlacesOf(const Shape& shape) {
  // An end mark follows the last record.
  const uint64_t directory_clusters =
      DivideUp((uint64_t{shape.file_count} + 1) * kRecordBytes, kClusterBytes);
  const uint64_t file_clusters = DivideUp(shape.size_bytes, kClusterBytes);
  const uint64_t first_file_cluster = kFirstCluster + directory_clusters;
  const uint64_t end_cluster =
      first_file_cluster + file_clusters * (shape.fragmented ? 2 : 1) + 1;
  const uint64_t table_blocks =
      DivideUp(end_cluster * kEntryBytes, kBlockBytes);
  const uint64_t data_lba = kReservedBlocks + table_blocks;
  return {.table_lba = kReservedBlocks,
          .table_blocks = table_blocks,
          .data_lba = data_lba,
          .block_count =
              data_lba + (end_cluster - kFirstCluster) * kBlocksPerCluster,
          .directory_clusters = static_cast<uint32_t>(directory_clusters),
          .file_clusters = static_cast<uint32_t>(file_clusters),
          .first_file_cluster = static_cast<uint32_t>(first_file_cluster)};
}

ComputedVolume::ComputedVolume(const Shape& shape)
    : ComputedVolume(shape, PlacesOf(shape)) {}

ComputedVolume::ComputedVolume(const Shape& shape, const Places& places)
    : BlockDevice({.block_size_bytes = kBlockBytes,
                   .block_count = places.block_count,
                   .read_only = true},
                  "computed volume"),
      shape_(shape),
      places_(places) {
  const FatImageBuilder small({.type = FatType::kFat32,
                               .sectors_per_cluster = kBlocksPerCluster,
                               .reserved_sectors = kReservedBlocks,
                               .fat_count = 1});
  const auto first = small.image().begin();
  boot_sector_.assign(first, first + kBlockBytes);
  Put(boot_sector_,
      kTotalSectors,
      Le32(static_cast<uint32_t>(places.block_count)));
  Put(boot_sector_,
      kTableSectors,
      Le32(static_cast<uint32_t>(places.table_blocks)));
}

std::string ComputedVolume::NameOf(uint32_t index) {
  const std::string digits = std::to_string(index);
  return "F" + std::string(7 - digits.size(), '0') + digits + ".BIN";
}

Status ComputedVolume::DoRead(std::span<const block::BlockExtent> extents) {
  ++request_count_;
  const uint64_t directory_end =
      places_.data_lba + places_.directory_clusters * kBlocksPerCluster;
  for (const block::BlockExtent& extent : extents) {
    uint64_t lba = extent.lba;
    for (size_t done = 0; done < extent.buffer.size() && lba < directory_end;
         done += kBlockBytes) {
      Compute(lba++, extent.buffer.subspan(done, kBlockBytes));
      ++metadata_block_count_;
    }
  }
  return {};
}

Status ComputedVolume::DoWrite(std::span<const block::ConstBlockExtent>) {
  return Fail(ErrorCode::kReadOnly, "nothing can be written");
}

void ComputedVolume::Compute(uint64_t lba, std::span<std::byte> block) const {
  std::ranges::fill(block, std::byte{0});
  if (lba == 0) {
    std::ranges::copy(boot_sector_, block.begin());
  } else if (lba >= places_.data_lba) {
    const uint64_t first =
        (lba - places_.data_lba) * kBlockBytes / kRecordBytes;
    for (uint64_t i = 0; i < kBlockBytes / kRecordBytes; ++i) {
      const uint64_t index = first + i;
      if (index >= shape_.file_count) return;
      DirectoryRecord record{};
      const std::string name = NameOf(static_cast<uint32_t>(index));
      std::copy_n(name.begin(), 8, record.name.begin());
      std::copy_n(name.begin() + 9, 3, record.name.begin() + 8);
      record.attributes = DirectoryRecord::kArchive;
      if (index + 1 == shape_.file_count && shape_.size_bytes != 0) {
        const uint32_t cluster = places_.first_file_cluster;
        record.cluster_high = static_cast<uint16_t>(cluster >> 16);
        record.cluster_low = static_cast<uint16_t>(cluster & 0xFFFF);
        record.size_bytes = static_cast<uint32_t>(shape_.size_bytes);
      }
      Put(block, i * kRecordBytes, record);
    }
  } else if (lba >= places_.table_lba) {
    const uint64_t first =
        (lba - places_.table_lba) * kBlockBytes / kEntryBytes;
    for (uint64_t i = 0; i < kBlockBytes / kEntryBytes; ++i) {
      Put(block, i * kEntryBytes, Le32(EntryOf(first + i)));
    }
  }
}

uint32_t ComputedVolume::EntryOf(uint64_t cluster) const {
  if (cluster < kFirstCluster) return kEndMark;
  if (cluster < places_.first_file_cluster) {
    return cluster + 1 == places_.first_file_cluster
               ? kEndMark
               : static_cast<uint32_t>(cluster + 1);
  }
  const uint64_t step = shape_.fragmented ? 2 : 1;
  const uint64_t distance = cluster - places_.first_file_cluster;
  const uint64_t end = places_.file_clusters * step;
  if (distance >= end || distance % step != 0) return 0;
  return distance + step >= end ? kEndMark
                                : static_cast<uint32_t>(cluster + step);
}

}  // namespace flint::fat
