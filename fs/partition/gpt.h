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
#include "platforms/base/guid.h"
#include "platforms/base/result.h"

namespace flint::partition {

/// The GPT header. [uefi-2.10 5.3.2]
struct GptHeader {
  std::array<char, 8> signature;
  Le32 revision;
  Le32 header_size_bytes;
  Le32 header_crc32;
  Le32 reserved;
  Le64 my_lba;
  Le64 alternate_lba;
  Le64 first_usable_lba;
  Le64 last_usable_lba;
  Guid disk_guid;
  Le64 entry_array_lba;
  Le32 entry_count;
  Le32 entry_size_bytes;
  Le32 entry_array_crc32;
};
static_assert(sizeof(GptHeader) == 92);

/// What each entry of the array begins with. [uefi-2.10 5.3.3]
struct GptEntry {
  Guid type;
  Guid unique_guid;
  Le64 first_lba;
  Le64 last_lba;
  Le64 attributes;
  std::array<Le16, 36> name;
};
static_assert(sizeof(GptEntry) == 128);

/// Where the first copy's header is.
inline constexpr uint64_t kGptPrimaryLba = 1;

/// The array that nearly every disk has: 128 entries of 128 bytes.
inline constexpr uint64_t kGptUsualArrayBytes = uint64_t{16} * 1024;

/// The largest array that is read. Its entries would number 131072.
inline constexpr uint64_t kGptMaxArrayBytes = uint64_t{16} * 1024 * 1024;

/// An entry must fit in the memory through which the array is read.
inline constexpr uint32_t kGptMaxEntryBytes = 16 * 1024;

/// Checks the header in `block`, read from block `lba` of a disk.
///
/// kNotFound: it is no header. kUnsupported: a later revision, or beyond the
/// sizes above. kCorrupt: its checksum is wrong or it contradicts itself.
Result<GptHeader> ParseGptHeader(Bytes block,
                                 uint64_t lba,
                                 uint64_t disk_block_count);

/// Reads the copy of the table whose header is in block `lba` through `window`,
/// which shows the whole disk. If `header_out` is given it receives the header
/// as soon as that was found good, even if the array then is not.
Result<PartitionTable> ReadGpt(block::BlockWindow& window,
                               uint64_t lba,
                               Arena& arena,
                               GptHeader* header_out);

}  // namespace flint::partition
