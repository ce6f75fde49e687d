// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "efi/abi/table_header.h"
#include "platforms/base/crc32.h"

namespace flint::efi {

/// Sets the CRC of a table that begins with `Hdr`. [uefi-2.10 4.2]
template <typename Table>
void SetTableCrc(Table& table) {
  table.Hdr.CRC32 = 0;
  const size_t size = std::min<size_t>(table.Hdr.HeaderSize, sizeof(Table));
  table.Hdr.CRC32 = Crc32(std::as_bytes(std::span(&table, 1)).first(size));
}

}  // namespace flint::efi
