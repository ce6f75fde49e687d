// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "fs/volume/file_system.h"
#include "platforms/base/bytes.h"

namespace flint::iso9660 {

/// A file's name, or part of it, in UTF-8.
struct Name {
  std::array<char, volume::DirectoryEntry::kMaxNameBytes> storage;
  size_t size = 0;

  std::string_view view() const { return {storage.data(), size}; }
};

/// A name as ISO 9660 stores it, without version (";1") and an empty extension;
/// what would upset a path or a console becomes '_'. [ecma-119 7.5]
Name DecodeIsoName(Bytes stored);

/// The same of Joliet's UCS-2, big-endian. [joliet]
Name DecodeJolietName(Bytes stored);

/// The name of a volume as a descriptor stores it, without the spaces behind.
Name DecodeLabel(std::span<const uint8_t> stored, bool is_joliet);

/// True if a name can be shown and asked for: valid UTF-8 without separators
/// and control characters, and neither empty, "." nor "..".
bool IsUsableName(std::string_view name);

/// True if the names differ in case at most.
bool IsSameWithoutCase(std::string_view a, std::string_view b);

}  // namespace flint::iso9660
