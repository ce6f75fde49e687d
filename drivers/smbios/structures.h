// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "platforms/base/bytes.h"

namespace flint::smbios {

/// Types of structures. [smbios 7]
enum class StructureType : uint8_t {
  kOemStrings = 11,
  kEndOfTable = 127,
};

/// One structure: fields at fixed offsets, and the strings they number.
/// [smbios 6.1]
struct Structure {
  StructureType type;
  uint16_t handle;
  /// From the header on.
  Bytes fields;
  /// Each ends with a zero; the one that ends the set is left out.
  std::string_view strings;

  /// The string of that number, counted from 1; empty if there is none.
  std::string_view String(uint8_t number) const;
};

/// Reads structures one by one.
///
///     for (StructureReader reader(tables.structures());
///          const auto structure = reader.Next();) { ... }
class StructureReader {
 public:
  explicit StructureReader(Bytes structures) : reader_(structures) {}

  /// The next one; nothing after the last, or the last that is whole.
  std::optional<Structure> Next();

 private:
  ByteReader reader_;
};

/// Calls `visit(std::string_view)` for each OEM string: what a VM's owner may
/// say to its firmware by `oem_strings`. [smbios 7.12]
template <typename Visitor>
void ForEachOemString(Bytes structures, Visitor visit) {
  StructureReader reader(structures);
  while (const std::optional<Structure> structure = reader.Next()) {
    if (structure->type != StructureType::kOemStrings) continue;
    for (std::string_view rest = structure->strings; !rest.empty();) {
      const size_t size = rest.find('\0');
      visit(rest.substr(0, size));
      rest.remove_prefix(size + 1);
    }
  }
}

}  // namespace flint::smbios
