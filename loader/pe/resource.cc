// SPDX-License-Identifier: Apache-2.0
#include "loader/pe/resource.h"

#include <cstdint>

#include "platforms/base/endian.h"

namespace flint::pe {
namespace {

/// True if there is this text at `offset`, behind its length. [pe 6.9.3]
bool IsText(Bytes tree, uint32_t offset, std::u16string_view text) {
  const auto length = ReadWire<Le16>(tree, offset);
  if (!length || *length != text.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto unit = ReadWire<Le16>(tree, uint64_t{offset} + 2 + 2 * i);
    if (!unit || *unit != text[i]) return false;
  }
  return true;
}

Result<ResourceEntry> EntryAt(Bytes tree, uint64_t directory, size_t index) {
  return ReadWire<ResourceEntry>(
      tree,
      directory + sizeof(ResourceDirectory) + index * sizeof(ResourceEntry));
}

/// The root's entry for the type.
Result<ResourceEntry> FindType(Bytes tree, std::u16string_view type) {
  const auto root = TRY(ReadWire<ResourceDirectory>(tree));
  for (size_t i = 0; i < root.named_count; ++i) {
    const ResourceEntry entry = TRY(EntryAt(tree, 0, i));
    const uint32_t name = entry.name;
    if ((name & ResourceEntry::kIsString) != 0 &&
        IsText(tree, name & ~ResourceEntry::kIsString, type)) {
      return entry;
    }
  }
  return Fail(ErrorCode::kNotFound, "image has no such resource");
}

}  // namespace

Result<Bytes> FindResource(Bytes image,
                           DataDirectory table,
                           std::u16string_view type) {
  if (table.size_bytes == 0) {
    return Fail(ErrorCode::kNotFound, "image has no resources");
  }
  const Bytes tree = TRY(Slice(image, table.rva, table.size_bytes));
  uint32_t offset = TRY(FindType(tree, type)).offset;
  // Below the type are names, and below those languages. The first of each.
  constexpr int kLevelsBelowType = 2;
  for (int level = 0; (offset & ResourceEntry::kIsDirectory) != 0; ++level) {
    if (level == kLevelsBelowType) {
      return Fail(ErrorCode::kCorrupt, "image's resources are too deep");
    }
    const uint32_t at = offset & ~ResourceEntry::kIsDirectory;
    const auto directory = TRY(ReadWire<ResourceDirectory>(tree, at));
    if (directory.named_count == 0 && directory.numbered_count == 0) {
      return Fail(ErrorCode::kNotFound, "image's resource is empty");
    }
    offset = TRY(EntryAt(tree, at, 0)).offset;
  }
  const auto data = TRY(ReadWire<ResourceData>(tree, offset));
  return Slice(image, data.rva, data.size_bytes);
}

}  // namespace flint::pe
