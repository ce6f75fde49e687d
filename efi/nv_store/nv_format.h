// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/guid.h"

/// How EDK II keeps variables in flash: a firmware volume that holds a store of
/// authenticated variables, a working block and a spare area for writes that
/// must not be torn. [pi-1.7 3 3.2.1], [edk2-variables], [edk2-ftw]
///
/// Erased bits are ones, and all states go from ones to zeros.
namespace flint::efi {

/// Of the chip, of the volume's block map and of the working block.
inline constexpr uint32_t kNvBlockBytes = 4096;

/// Where what is in a volume. Store and spare area are as in OVMF, whose tools
/// and templates know no others.
struct NvLayout {
  uint32_t volume_bytes;
  /// Volume header, store header and variables: what is rewritten together.
  uint32_t store_bytes;

  /// The second half is spare, and the block before it the working block.
  constexpr uint32_t spare_offset() const { return volume_bytes / 2; }
  constexpr uint32_t working_offset() const {
    return spare_offset() - kNvBlockBytes;
  }
  bool operator==(const NvLayout&) const = default;
};

/// OVMF with 4 MiB of flash, then with 1 or 2 MiB.
inline constexpr std::array<NvLayout, 2> kNvLayouts = {{
    {.volume_bytes = 0x84000, .store_bytes = 0x40000},
    {.volume_bytes = 0x20000, .store_bytes = 0xE000},
}};
inline constexpr uint32_t kMaxNvStoreBytes = 0x40000;

/// What a firmware volume starts with, with a block map of one entry and its
/// end. All 16-bit words of it add up to 0.
struct NvVolumeHeader {
  static constexpr Guid kNvDataGuid =
      Guid::Of("fff12b8d-7696-4c8b-a985-2747075b4f50");
  static constexpr std::array<char, 4> kSignature = {'_', 'F', 'V', 'H'};
  static constexpr uint8_t kRevision = 2;
  /// Can be read and written and is, with all-ones erased.
  static constexpr uint32_t kAttributes = 0x0004'FEFF;

  struct BlockMapEntry {
    Le32 block_count;
    Le32 block_bytes;
  };

  std::array<uint8_t, 16> zeros;
  Guid file_system;
  Le64 volume_bytes;
  std::array<char, 4> signature;
  Le32 attributes;
  Le16 header_bytes;
  Le16 checksum;
  Le16 extended_header_offset;
  uint8_t reserved;
  uint8_t revision;
  std::array<BlockMapEntry, 2> block_map;
};
static_assert(sizeof(NvVolumeHeader) == 0x48);

/// What the store of variables starts with, behind the volume's header.
struct NvStoreHeader {
  static constexpr Guid kAuthenticatedGuid =
      Guid::Of("aaf32c78-947b-439a-a180-2e144ec37792");
  static constexpr uint8_t kFormatted = 0x5A;
  static constexpr uint8_t kHealthy = 0xFE;

  Guid signature;
  Le32 size_bytes;  // with this header
  uint8_t format;
  uint8_t state;
  std::array<uint8_t, 6> reserved;
};
static_assert(sizeof(NvStoreHeader) == 28);

/// Both, as they stand at the start of the volume.
struct NvHeaders {
  NvVolumeHeader volume;
  NvStoreHeader store;
};
static_assert(sizeof(NvHeaders) == 100);

/// Where the first variable is. Each starts at a multiple of 4.
inline constexpr uint32_t kFirstNvRecord = sizeof(NvHeaders);
inline constexpr uint32_t kNvRecordAlignment = 4;

/// One variable. The name in UTF-16 with its NUL follows, then the data.
struct NvVariableHeader {
  static constexpr uint16_t kStartId = 0x55AA;

  // How a variable comes to life, and ends.
  static constexpr uint8_t kErased = 0xFF;
  static constexpr uint8_t kHeaderValid = 0x7F;
  static constexpr uint8_t kAdded = 0x3F;
  /// Counts as long as there is no other one of that name.
  static constexpr uint8_t kInDeletion = kAdded & 0xFE;
  static constexpr uint8_t kDeletedMask = 0xFD;

  Le16 start_id;
  uint8_t state;
  uint8_t reserved;
  Le32 attributes;
  Le64 monotonic_count;
  std::array<uint8_t, 16> timestamp;
  Le32 public_key_index;
  Le32 name_bytes;
  Le32 data_bytes;
  Guid vendor;
};
static_assert(sizeof(NvVariableHeader) == 60);

/// What the working block starts with.
struct NvWorkingHeader {
  static constexpr Guid kWorkingGuid =
      Guid::Of("9e58292b-7c68-497d-a0ce-6500fd9f1b95");
  static constexpr uint8_t kErased = 0xFF;
  static constexpr uint8_t kValid = 0xFE;

  Guid signature;
  /// Of this header, with ones in place of it and of the state.
  Le32 crc32;
  uint8_t state;
  std::array<uint8_t, 3> reserved;
  Le64 queue_bytes;  // what follows this header
};
static_assert(sizeof(NvWorkingHeader) == 32);

/// A write that must happen wholly or not at all. Its records follow.
struct NvWriteHeader {
  static constexpr uint8_t kAllocated = 0xFE;
  static constexpr uint8_t kWritesAllocated = 0xFC;
  static constexpr uint8_t kComplete = 0xF8;
  static constexpr uint8_t kCompleteBit = 1 << 2;

  uint8_t state;
  std::array<uint8_t, 3> reserved;
  Guid caller;
  std::array<uint8_t, 4> reserved2;
  Le64 record_count;
  Le64 private_bytes;  // behind each record
};
static_assert(sizeof(NvWriteHeader) == 40);

/// What to write: the spare area's first bytes, to blocks from `lba` on.
struct NvWriteRecord {
  static constexpr uint8_t kErased = 0xFF;
  static constexpr uint8_t kSpareComplete = 0xFD;
  static constexpr uint8_t kComplete = 0xF9;
  static constexpr uint8_t kSpareCompleteBit = 1 << 1;
  static constexpr uint8_t kCompleteBit = 1 << 2;

  uint8_t state;
  std::array<uint8_t, 7> reserved;
  Le64 lba;
  // What in these blocks is new.
  Le64 offset;
  Le64 length;
  /// From the spare area to the blocks: below zero.
  Le64 relative_offset;
};
static_assert(sizeof(NvWriteRecord) == 40);

/// The sum of all 16-bit words.
uint16_t SumOfWords(Bytes bytes);

/// As the headers of an empty store of that layout are.
NvHeaders MakeNvHeaders(const NvLayout& layout);

/// As the working block of any layout starts when it is in use.
NvWorkingHeader MakeNvWorkingHeader();

}  // namespace flint::efi
