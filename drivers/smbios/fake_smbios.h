// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "platforms/base/bytes.h"

namespace flint::smbios {

/// Writes SMBIOS structures and entry points, as VMMs do.
class FakeSmbios final {
 public:
  /// Adds a structure: its fields behind the header, and its strings.
  FakeSmbios& Add(uint8_t type,
                  std::string_view fields,
                  std::initializer_list<std::string_view> strings);

  /// Adds structure 11 with these strings.
  FakeSmbios& AddOemStrings(std::initializer_list<std::string_view> strings);

  /// Adds the structure that ends the table.
  FakeSmbios& End() { return Add(127, {}, {}); }

  /// The structures so far.
  const std::string& table() const { return table_; }

  /// Entry points for a table at that address, with good checksums.
  static std::string EntryPoint32(uint32_t table_address, size_t table_size);
  static std::string EntryPoint64(uint64_t table_address, size_t table_size);

  /// Makes [first, first + size) of an entry point add up to zero again, by the
  /// byte at `position`.
  static void FixChecksum(std::string& entry,
                          size_t position,
                          size_t first,
                          size_t size);

 private:
  std::string table_;
  uint8_t next_handle_ = 0;
};

}  // namespace flint::smbios
