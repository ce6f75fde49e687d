// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::smbios {

/// The entry point of SMBIOS 2.1 and later. [smbios 5.2.1]
struct EntryPoint32 {
  static constexpr std::string_view kAnchor = "_SM_";
  static constexpr std::string_view kIntermediateAnchor = "_DMI_";
  /// The length in the first edition of 2.1 was one short, and was copied.
  static constexpr uint8_t kShortLength = 0x1E;

  std::array<char, 4> anchor;
  uint8_t checksum;
  uint8_t length;
  uint8_t major_version;
  uint8_t minor_version;
  Le16 max_structure_size;
  uint8_t entry_point_revision;
  std::array<uint8_t, 5> formatted_area;
  std::array<char, 5> intermediate_anchor;
  uint8_t intermediate_checksum;
  Le16 table_size;
  Le32 table_address;
  Le16 structure_count;
  uint8_t bcd_revision;
};
static_assert(sizeof(EntryPoint32) == 31 && WireType<EntryPoint32>);
static_assert(offsetof(EntryPoint32, intermediate_anchor) == 16);

/// The entry point of SMBIOS 3.0 and later. [smbios 5.2.2]
struct EntryPoint64 {
  static constexpr std::string_view kAnchor = "_SM3_";

  std::array<char, 5> anchor;
  uint8_t checksum;
  uint8_t length;
  uint8_t major_version;
  uint8_t minor_version;
  uint8_t revision;
  uint8_t entry_point_revision;
  uint8_t reserved;
  Le32 max_table_size;
  Le64 table_address;
};
static_assert(sizeof(EntryPoint64) == 24 && WireType<EntryPoint64>);

/// What every structure begins with. [smbios 6.1.2]
struct StructureHeader {
  uint8_t type;
  uint8_t length;
  Le16 handle;
};
static_assert(sizeof(StructureHeader) == 4 && WireType<StructureHeader>);

/// Modulo 256; of what has a good checksum it is 0.
constexpr uint8_t SumOf(Bytes bytes) {
  uint8_t sum = 0;
  for (const std::byte byte : bytes) {
    sum = static_cast<uint8_t>(sum + std::to_integer<uint8_t>(byte));
  }
  return sum;
}

}  // namespace flint::smbios
