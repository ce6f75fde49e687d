// SPDX-License-Identifier: Apache-2.0
#include "fs/partition/partition_table.h"

#include <algorithm>
#include <array>
#include <optional>

#include "drivers/block/block_window.h"
#include "fs/fat/boot_sector.h"
#include "fs/iso9660/volume_descriptors.h"
#include "fs/partition/gpt.h"
#include "fs/partition/iso_image.h"
#include "fs/partition/mbr.h"
#include "platforms/base/checked.h"
#include "platforms/base/log.h"

namespace flint::partition {
namespace {

/// Tables of ISO images say where partitions are in blocks of this size.
constexpr uint32_t kIsoImageBlockBytes = 512;

/// What the start of the disk says.
struct FirstBlock {
  MasterBootRecord record{};
  MbrKind kind = MbrKind::kNone;
  bool is_fat = false;
  /// If it holds an ISO 9660 file system instead.
  std::optional<iso9660::VolumeDescriptors> iso9660 = std::nullopt;

  /// True if there is a file system for which one needs no table.
  bool has_file_system() const { return is_fat || iso9660; }
};

/// Looks at the start of the disk, and brings the usual GPT into view, and what
/// tells of an ISO 9660 file system.
Result<FirstBlock> ReadFirstBlock(block::BlockWindow& window) {
  const block::BlockGeometry& geometry = window.range().device->geometry();
  constexpr uint64_t kUsualDescriptors = 4;
  const uint64_t usual_end =
      std::max(2 * uint64_t{geometry.block_size_bytes} + kGptUsualArrayBytes,
               iso9660::kFirstDescriptorOffset +
                   kUsualDescriptors * iso9660::kSectorBytes);
  const Bytes bytes = TRY(window.View(0, fat::kBootSectorBytes, 0, usual_end));
  FirstBlock first{.record = TRY(ReadWire<MasterBootRecord>(bytes))};
  const uint64_t capacity_bytes = TRY(
      CheckedMul<uint64_t>(geometry.block_count, geometry.block_size_bytes));
  first.is_fat = fat::ParseBootSector(bytes, capacity_bytes).has_value();
  first.kind = ClassifyMbr(first.record, first.is_fat, geometry.block_count);
  if (first.is_fat) return first;
  const auto descriptors = iso9660::ReadVolumeDescriptors(window);
  if (descriptors) {
    first.iso9660 = *descriptors;
    if (geometry.block_size_bytes != kIsoImageBlockBytes) {
      first.kind = MbrKind::kNone;
    }
  }
  return first;
}

/// The copies of the GPT after the first: where that says, if it says anything,
/// and in the disk's last block.
Result<PartitionTable> ReadBackupGpt(block::BlockWindow& window,
                                     uint64_t stated_lba,
                                     Arena& arena) {
  const uint64_t last_lba = window.range().device->geometry().block_count - 1;
  if (stated_lba > kGptPrimaryLba && stated_lba != last_lba) {
    Result<PartitionTable> table = ReadGpt(window, stated_lba, arena, nullptr);
    if (table) return table;
  }
  return ReadGpt(window, last_lba, arena, nullptr);
}

Result<PartitionTable> WholeDisk(const FirstBlock& first_block,
                                 const block::BlockDevice& disk,
                                 Arena& arena) {
  // What an ISO 9660 file system adds to a table is all that there is.
  if (first_block.iso9660) return PartitionTable{};
  const auto partitions = TRY(arena.AllocateArray<Partition>(1));
  partitions[0].block_count = disk.geometry().block_count;
  return PartitionTable{.scheme = Scheme::kWholeDisk, .partitions = partitions};
}

/// Reads a disk that is not divided by an MBR alone. `first_block` is an error
/// if that block cannot be read; a GPT does not need it.
Result<PartitionTable> ReadGptOrWholeDisk(const Result<FirstBlock>& first_block,
                                          block::BlockWindow& window,
                                          Arena& arena) {
  const block::BlockDevice& disk = *window.range().device;
  GptHeader header{};
  const Result<PartitionTable> primary =
      ReadGpt(window, kGptPrimaryLba, arena, &header);
  if (primary || primary.error().code() == ErrorCode::kNoMemory) {
    return primary;
  }
  const bool has_file_system = first_block && first_block->has_file_system();
  const bool is_protective =
      first_block && first_block->kind == MbrKind::kProtective;
  // A file system made on the whole disk may leave an old backup in place.
  if (has_file_system && !is_protective) {
    return WholeDisk(*first_block, disk, arena);
  }

  Result<PartitionTable> backup =
      ReadBackupGpt(window, header.alternate_lba, arena);
  if (backup) {
    log::Warning("{}: {}; using the backup", disk.name(), primary.error());
    backup->from_backup = true;
    return backup;
  }
  if (has_file_system) return WholeDisk(*first_block, disk, arena);
  if (!first_block) return std::unexpected(first_block.error());
  if (primary.error().code() != ErrorCode::kNotFound) return primary;
  if (is_protective) {
    return Fail(ErrorCode::kCorrupt, "GPT is missing, and so is its backup");
  }
  return Fail(ErrorCode::kNotFound, "no partition table and no file system");
}

Result<PartitionTable> ReadTable(const Result<FirstBlock>& first_block,
                                 block::BlockWindow& window,
                                 Arena& arena) {
  if (first_block && first_block->kind == MbrKind::kPartitions) {
    return ReadMbr(first_block->record, window, arena);
  }
  return ReadGptOrWholeDisk(first_block, window, arena);
}

}  // namespace

Result<PartitionTable> ReadPartitionTable(block::BlockDevice& disk,
                                          MutableBytes scratch,
                                          Arena& arena) {
  const block::BlockGeometry& geometry = disk.geometry();
  if (scratch.size() < MinScratchBytes(geometry.block_size_bytes)) {
    return Fail(ErrorCode::kNoMemory, "working memory is too small");
  }
  if (geometry.block_count == 0) {
    return Fail(ErrorCode::kNotFound, "disk is empty");
  }
  TRY(CheckedMul<uint64_t>(geometry.block_count, geometry.block_size_bytes));
  block::BlockWindow window({&disk, 0, geometry.block_count}, scratch);
  const Result<FirstBlock> first_block = ReadFirstBlock(window);
  const Result<PartitionTable> table = ReadTable(first_block, window, arena);
  if (!table || !first_block || !first_block->iso9660) return table;
  return AddIsoImage(*first_block->iso9660, *table, window, arena);
}

}  // namespace flint::partition
