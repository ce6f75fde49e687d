// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::acpi {

using Signature = std::array<char, 4>;

/// Root pointer; up to and including `rsdt_address` in revision 0.
/// [acpi-6.5 5.2.5.3]
struct RootPointer {
  static constexpr std::string_view kSignature = "RSD PTR ";
  static constexpr uint32_t kSizeRevision0 = 20;

  std::array<char, 8> signature;
  uint8_t checksum;
  std::array<char, 6> oem_id;
  uint8_t revision;
  Le32 rsdt_address;
  Le32 length;
  Le64 xsdt_address;
  uint8_t extended_checksum;
  std::array<uint8_t, 3> reserved;
};
static_assert(sizeof(RootPointer) == 36 && WireType<RootPointer>);

/// What every table but the FACS begins with. [acpi-6.5 5.2.6]
struct TableHeader {
  Signature signature;
  Le32 length;
  uint8_t revision;
  uint8_t checksum;
  std::array<char, 6> oem_id;
  std::array<char, 8> oem_table_id;
  Le32 oem_revision;
  std::array<char, 4> creator_id;
  Le32 creator_revision;
};
static_assert(sizeof(TableHeader) == 36 && WireType<TableHeader>);

/// What the bytes add up to, modulo 256.
constexpr uint8_t SumOf(Bytes bytes) {
  uint8_t sum = 0;
  for (const std::byte byte : bytes) {
    sum = static_cast<uint8_t>(sum + std::to_integer<uint8_t>(byte));
  }
  return sum;
}

/// True if the bytes add up to zero, as those of a table must.
constexpr bool ChecksumIsGood(Bytes bytes) { return SumOf(bytes) == 0; }

/// The checksum for a table in which it is still 0.
constexpr uint8_t ChecksumFor(Bytes bytes) {
  return static_cast<uint8_t>(0 - SumOf(bytes));
}

}  // namespace flint::acpi
