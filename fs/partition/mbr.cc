// SPDX-License-Identifier: Apache-2.0
#include "fs/partition/mbr.h"

#include <algorithm>
#include <span>

#include "platforms/base/log.h"

namespace flint::partition {
namespace {

constexpr uint16_t kBootSignature = 0xaa55;
constexpr uint8_t kActive = 0x80;
constexpr uint8_t kProtectiveType = 0xee;
constexpr uint32_t kFirstLogicalNumber = 5;
constexpr size_t kMaxPartitions = 128;

bool IsExtended(uint8_t type) {
  return type == 0x05 || type == 0x0f || type == 0x85;
}

bool HasValidStatus(const MbrEntry& entry) {
  return entry.status == 0 || entry.status == kActive;
}

bool LiesOnDisk(uint64_t first_lba,
                uint64_t block_count,
                uint64_t disk_block_count) {
  return first_lba > 0 && first_lba < disk_block_count &&
         block_count <= disk_block_count - first_lba;
}

/// A partition as found, before it gets its place in the arena.
struct Found {
  uint64_t first_lba = 0;
  uint32_t block_count = 0;
  uint32_t number = 0;
  uint8_t type = 0;
  bool active = false;
};

/// Collects partitions in the order of their numbers.
class Collector {
 public:
  explicit Collector(block::BlockWindow& window) : window_(window) {}

  void AddPrimaries(const MasterBootRecord& record) {
    for (uint32_t i = 0; i < record.entries.size(); ++i) {
      const MbrEntry& entry = record.entries[i];
      if (!entry.used() || IsExtended(entry.type)) continue;
      // ISO images have one for all of the disk, which is no part of it.
      if (entry.first_lba == 0) continue;
      Add(entry, 0, i + 1);
    }
  }

  void AddLogicals(const MasterBootRecord& record) {
    for (const MbrEntry& entry : record.entries) {
      if (!entry.used() || !IsExtended(entry.type)) continue;
      const Status followed = FollowChain(entry.first_lba);
      if (!followed) {
        log::Warning(
            "{}: extended partition: {}", disk().name(), followed.error());
      }
    }
  }

  std::span<const Found> found() const {
    return std::span(found_).first(found_count_);
  }
  uint32_t rejected_count() const { return rejected_count_; }

 private:
  const block::BlockDevice& disk() const { return *window_.range().device; }

  /// Adds the entry of a record in block `base`.
  void Add(const MbrEntry& entry, uint64_t base, uint32_t number) {
    const uint64_t first_lba = base + entry.first_lba;
    if (found_count_ == found_.size() ||
        !LiesOnDisk(
            first_lba, entry.block_count, disk().geometry().block_count)) {
      log::Warning("{}: ignoring partition {}: it lies outside the disk",
                   disk().name(),
                   number);
      ++rejected_count_;
      return;
    }
    found_[found_count_++] = {.first_lba = first_lba,
                              .block_count = entry.block_count,
                              .number = number,
                              .type = entry.type,
                              .active = entry.status == kActive};
  }

  /// Each record of the chain describes one logical partition, relative to
  /// itself, and the next record, relative to the first.
  Status FollowChain(uint64_t first_record_lba) {
    uint64_t lba = first_record_lba;
    while (true) {
      const std::span visited = std::span(visited_).first(visited_count_);
      if (std::ranges::find(visited, lba) != visited.end()) {
        return Fail(ErrorCode::kCorrupt, "chain of boot records has a loop");
      }
      if (visited_count_ == visited_.size()) {
        return Fail(ErrorCode::kUnsupported, "too many logical partitions");
      }
      visited_[visited_count_++] = lba;
      const MasterBootRecord record = TRY(ReadRecord(lba));
      const MbrEntry* next = nullptr;
      for (const MbrEntry& entry : record.entries) {
        if (!entry.used()) continue;
        if (!IsExtended(entry.type)) {
          Add(entry, lba, next_logical_++);
        } else if (next == nullptr) {
          next = &entry;
        }
      }
      if (next == nullptr) return {};
      lba = first_record_lba + next->first_lba;
    }
  }

  Result<MasterBootRecord> ReadRecord(uint64_t lba) {
    if (lba == 0 || lba >= disk().geometry().block_count) {
      return Fail(ErrorCode::kCorrupt, "chain of boot records leaves the disk");
    }
    const uint64_t block_size = disk().geometry().block_size_bytes;
    const Bytes bytes =
        TRY(window_.View(lba * block_size, sizeof(MasterBootRecord)));
    const auto record = TRY(ReadWire<MasterBootRecord>(bytes));
    if (record.boot_signature != kBootSignature) {
      return Fail(ErrorCode::kCorrupt, "boot record has no signature");
    }
    return record;
  }

  block::BlockWindow& window_;
  std::array<Found, kMaxPartitions> found_{};
  size_t found_count_ = 0;
  std::array<uint64_t, kMaxPartitions> visited_{};
  size_t visited_count_ = 0;
  uint32_t next_logical_ = kFirstLogicalNumber;
  uint32_t rejected_count_ = 0;
};

}  // namespace

MbrKind ClassifyMbr(const MasterBootRecord& record,
                    bool is_fat,
                    uint64_t disk_block_count) {
  if (record.boot_signature != kBootSignature) return MbrKind::kNone;
  if (std::ranges::any_of(record.entries, [](const MbrEntry& entry) {
        return entry.type == kProtectiveType;
      })) {
    return MbrKind::kProtective;
  }
  size_t good_count = 0;
  size_t bad_count = 0;
  for (const MbrEntry& entry : record.entries) {
    if (!HasValidStatus(entry)) return MbrKind::kNone;
    if (!entry.used()) continue;
    if (LiesOnDisk(entry.first_lba, entry.block_count, disk_block_count)) {
      ++good_count;
    } else {
      ++bad_count;
    }
  }
  if (good_count == 0 || (is_fat && bad_count > 0)) return MbrKind::kNone;
  return MbrKind::kPartitions;
}

Result<PartitionTable> ReadMbr(const MasterBootRecord& record,
                               block::BlockWindow& window,
                               Arena& arena) {
  Collector collector(window);
  collector.AddPrimaries(record);
  collector.AddLogicals(record);
  const auto partitions =
      TRY(arena.AllocateArray<Partition>(collector.found().size()));
  std::ranges::transform(
      collector.found(), partitions.begin(), [&](const Found& found) {
        return Partition{.first_lba = found.first_lba,
                         .block_count = found.block_count,
                         .scheme = Scheme::kMbr,
                         .number = found.number,
                         .mbr_type = found.type,
                         .mbr_active = found.active,
                         .mbr_signature = record.disk_signature};
      });
  return PartitionTable{.scheme = Scheme::kMbr,
                        .partitions = partitions,
                        .rejected_count = collector.rejected_count(),
                        .mbr_signature = record.disk_signature};
}

}  // namespace flint::partition
