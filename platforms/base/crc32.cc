// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/crc32.h"

#include <array>
#include <cstddef>

#include "platforms/base/endian.h"

namespace flint {
namespace {

constexpr uint32_t kPolynomial = 0xedb88320;  // 0x04C11DB7, reflected
#ifdef FLINT_COMPACT
// Images that stay in the guest's memory do without three of four tables.
constexpr size_t kSliceSize = 1;
#else
constexpr size_t kSliceSize = 4;
#endif

using Table = std::array<uint32_t, 256>;

/// Table n holds what a byte does to the value after n more zero bytes, so that
/// four bytes cost four look-ups that do not wait for each other.
constexpr std::array<Table, kSliceSize> MakeTables() {
  std::array<Table, kSliceSize> tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1) ^ ((value & 1) != 0 ? kPolynomial : 0);
    }
    tables[0][byte] = value;
  }
  for (size_t n = 1; n < kSliceSize; ++n) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[n - 1][byte];
      tables[n][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr std::array<Table, kSliceSize> kTables = MakeTables();

}  // namespace

uint32_t Crc32(Bytes bytes, uint32_t value_so_far) {
  uint32_t value = ~value_so_far;
  if constexpr (kSliceSize == 4) {
    while (bytes.size() >= kSliceSize) {
      Le32 next;
      __builtin_memcpy(&next, bytes.data(), sizeof(next));  // see ReadWire
      value ^= next;
      value = kTables[3][value & 0xff] ^ kTables[2][(value >> 8) & 0xff] ^
              kTables[1][(value >> 16) & 0xff] ^ kTables[0][value >> 24];
      bytes = bytes.subspan(kSliceSize);
    }
  }
  for (const std::byte byte : bytes) {
    value = (value >> 8) ^
            kTables[0][(value ^ std::to_integer<uint32_t>(byte)) & 0xff];
  }
  return ~value;
}

}  // namespace flint
