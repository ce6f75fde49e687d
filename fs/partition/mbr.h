// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "drivers/block/block_window.h"
#include "fs/partition/partition_table.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/result.h"

namespace flint::partition {

/// An entry of a master or extended boot record. [uefi-2.10 5.2.1]
struct MbrEntry {
  uint8_t status;
  std::array<uint8_t, 3> first_chs;
  uint8_t type;
  std::array<uint8_t, 3> last_chs;
  Le32 first_lba;
  Le32 block_count;

  bool used() const { return type != 0 && block_count != 0; }
};
static_assert(sizeof(MbrEntry) == 16);

/// The first 512 bytes of a disk. [uefi-2.10 5.2.1]
struct MasterBootRecord {
  std::array<uint8_t, 440> boot_code;
  Le32 disk_signature;
  Le16 unknown;
  std::array<MbrEntry, 4> entries;
  Le16 boot_signature;
};
static_assert(sizeof(MasterBootRecord) == 512);

/// What the first block of a disk tells about its division.
enum class MbrKind : uint8_t {
  kNone,        // no table, or a file system's boot sector
  kProtective,  // the disk has, or had, a GPT
  kPartitions,
};

/// Tells them apart by the entries: a boot sector has code or text there. A
/// block that also is a good FAT boot sector (`is_fat`) must have none that
/// is out of place to count as a table.
MbrKind ClassifyMbr(const MasterBootRecord& record,
                    bool is_fat,
                    uint64_t disk_block_count);

/// Lists the partitions of `record` and of the extended partitions in it, each
/// a chain of blocks read through `window`, which shows the whole disk. A chain
/// that is broken or has a loop is followed up to there, and logged. At most
/// 128 partitions. Fails only for lack of memory.
Result<PartitionTable> ReadMbr(const MasterBootRecord& record,
                               block::BlockWindow& window,
                               Arena& arena);

}  // namespace flint::partition
