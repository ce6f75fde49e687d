// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "drivers/block/block_device.h"
#include "fs/partition/partition.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guid.h"
#include "platforms/base/result.h"

namespace flint::partition {

/// How a disk is divided.
struct PartitionTable {
  Scheme scheme = Scheme::kWholeDisk;
  /// In the order of the table, empty slots left out. Behind them, if the disk
  /// holds an ISO 9660 file system from its first block on, that: boot images
  /// for UEFI, unless the table has an EFI system partition, and all of it.
  std::span<const Partition> partitions{};
  /// Used slots that are not listed, because they lie outside the disk or the
  /// area the table reserves for partitions; the first ones were logged.
  uint32_t rejected_count = 0;

  // GPT only.
  Guid disk_guid{};
  /// The table at the disk's start was unusable; this is its copy.
  bool from_backup = false;

  // MBR only.
  uint32_t mbr_signature = 0;
};

/// The working memory that `ReadPartitionTable` needs for a disk of this block
/// size. With more, large tables cost fewer requests.
constexpr size_t MinScratchBytes(uint32_t block_size_bytes) {
  return size_t{48} * 1024 + size_t{3} * block_size_bytes;
}

/// Finds out how `disk` is divided. The usual table costs one request.
///
/// A GPT's checksums decide whether the copy at its end is used. A disk that
/// starts with a FAT boot sector, and so has no table, is one partition. The
/// tables of ISO images, which are made to be read as a disk of 512-byte blocks
/// too, count only there.
/// `scratch` must start at a multiple of `block::kBufferAlignmentBytes`, and is
/// free again afterwards; the partitions are allocated in `arena`.
///
/// kNotFound: the disk is not divided in a way we know. kCorrupt or kTruncated:
/// it has a table, and both copies are broken; the reason is that of the first.
/// kUnsupported: ... and that is the only thing wrong with it. kNoMemory: the
/// arena or the scratch memory is too small. And what the disk reports.
Result<PartitionTable> ReadPartitionTable(block::BlockDevice& disk,
                                          MutableBytes scratch,
                                          Arena& arena);

}  // namespace flint::partition
