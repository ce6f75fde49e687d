// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "platforms/base/endian.h"

/// The structures of ISO 9660 as they are on a disk.
namespace flint::iso9660 {

/// Numbers that are stored in both byte orders; the first counts, as in all
/// other readers. [ecma-119 7.2.3, 7.3.3]
struct Both16 {
  Le16 little;
  Be16 big;
};
struct Both32 {
  Le32 little;
  Be32 big;
};

/// What a directory says of a file; the name follows. [ecma-119 9.1]
struct DirectoryRecord {
  static constexpr uint8_t kHidden = 1 << 0;
  static constexpr uint8_t kDirectory = 1 << 1;
  static constexpr uint8_t kAssociated = 1 << 2;
  static constexpr uint8_t kContinued = 1 << 7;  // by the next record

  /// The names of a directory's links to itself and to its parent.
  static constexpr char kSelf = 0;
  static constexpr char kParent = 1;

  uint8_t length;
  uint8_t extended_attribute_blocks;
  Both32 block;
  Both32 size_bytes;
  std::array<uint8_t, 7> recorded;
  uint8_t flags;
  uint8_t interleave_unit_blocks;
  uint8_t interleave_gap_blocks;
  Both16 volume_number;
  uint8_t name_size;

  bool is_directory() const { return (flags & kDirectory) != 0; }
  bool is_interleaved() const {
    return interleave_unit_blocks != 0 || interleave_gap_blocks != 0;
  }
};
static_assert(sizeof(DirectoryRecord) == 33);

/// What each descriptor begins with. [ecma-119 8.1]
struct DescriptorHeader {
  static constexpr uint8_t kBootRecord = 0;
  static constexpr uint8_t kPrimary = 1;
  static constexpr uint8_t kSupplementary = 2;
  static constexpr uint8_t kTerminator = 255;

  uint8_t type;
  std::array<char, 5> identifier;
  uint8_t version;
};
static_assert(sizeof(DescriptorHeader) == 7);

/// A primary or a supplementary descriptor, as far as it matters.
/// [ecma-119 8.4, 8.5]
struct VolumeDescriptor {
  DescriptorHeader header;
  uint8_t flags;
  std::array<char, 32> system_identifier;
  std::array<uint8_t, 32> volume_identifier;
  std::array<uint8_t, 8> unused;
  Both32 volume_blocks;
  std::array<char, 32> escape_sequences;
  Both16 volume_set_size;
  Both16 volume_number;
  Both16 block_size_bytes;
  Both32 path_table_bytes;
  std::array<Le32, 4> path_tables;
  DirectoryRecord root;
  uint8_t root_name;
};
static_assert(sizeof(VolumeDescriptor) == 190);

/// A boot record that leads to a boot catalogue. [el-torito 2]
struct BootRecordDescriptor {
  DescriptorHeader header;
  std::array<char, 32> boot_system_identifier;
  std::array<uint8_t, 32> unused;
  Le32 catalog_sector;
};
static_assert(sizeof(BootRecordDescriptor) == 75);

}  // namespace flint::iso9660
