// SPDX-License-Identifier: Apache-2.0
#include "drivers/smbios/structures.h"

#include "drivers/smbios/format.h"

namespace flint::smbios {
namespace {

/// Ends a set of strings: the last one's zero, and one more. A structure
/// without strings has just that.
constexpr std::string_view kEndOfStrings("\0\0", 2);

}  // namespace

std::string_view Structure::String(uint8_t number) const {
  std::string_view rest = strings;
  for (; number != 0 && !rest.empty(); --number) {
    const size_t size = rest.find('\0');
    if (number == 1) return rest.substr(0, size);
    rest.remove_prefix(size + 1);
  }
  return {};
}

std::optional<Structure> StructureReader::Next() {
  ByteReader ahead = reader_;
  const auto header = ReadWire<StructureHeader>(ahead.remaining());
  if (!header || header->length < sizeof(StructureHeader)) return std::nullopt;
  const auto type = static_cast<StructureType>(header->type);
  if (type == StructureType::kEndOfTable) return std::nullopt;
  const Result<Bytes> fields = ahead.ReadBytes(header->length);
  if (!fields) return std::nullopt;
  const std::string_view text = AsText(ahead.remaining());
  const size_t end = text.find(kEndOfStrings);
  if (end == std::string_view::npos) return std::nullopt;
  reader_ = ByteReader(ahead.remaining().subspan(end + kEndOfStrings.size()));
  return Structure{.type = type,
                   .handle = header->handle,
                   .fields = *fields,
                   .strings = text.substr(0, end == 0 ? 0 : end + 1)};
}

}  // namespace flint::smbios
