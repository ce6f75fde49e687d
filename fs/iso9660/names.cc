// SPDX-License-Identifier: Apache-2.0
#include "fs/iso9660/names.h"

#include "platforms/base/case_folding.h"
#include "platforms/base/endian.h"
#include "platforms/base/unicode.h"

namespace flint::iso9660 {
namespace {

constexpr char kVersionMark = ';';
constexpr char32_t kLastUnit = 0xffff;

/// True for what would be taken for a separator, upset a console, or is no
/// character at all.
constexpr bool IsHarmful(char32_t character) {
  return character < 0x20 || character == 0x7f || character == U'/' ||
         character == U'\\' || character == kReplacementCharacter;
}

void Append(char32_t character, Name& name) {
  // What does not fit is cut: stored names are shorter than that.
  static_cast<void>(AppendUtf8(
      IsHarmful(character) ? U'_' : character, name.storage, name.size));
}

void CutVersion(Name& name) {
  const size_t mark = name.view().rfind(kVersionMark);
  if (mark != std::string_view::npos && mark > 0) name.size = mark;
}

void CutTrailing(char character, Name& name) {
  while (name.size > 0 && name.storage[name.size - 1] == character) {
    --name.size;
  }
}

/// The text up to its end or a zero.
Name DecodeBytes(Bytes stored) {
  Name name;
  for (std::string_view text = AsText(stored); !text.empty();) {
    if (text.front() == '\0') break;
    Append(TakeUtf8(text), name);
  }
  return name;
}

Name DecodeUcs2(Bytes stored) {
  std::array<char16_t, volume::DirectoryEntry::kMaxNameBytes / 3> units;
  size_t size = 0;
  for (ByteReader reader(stored); size < units.size(); ++size) {
    const auto unit = reader.Read<Be16>();
    if (!unit || *unit == 0) break;
    units[size] = char16_t{*unit};
  }
  Name name;
  for (std::span<const char16_t> text = std::span(units).first(size);
       !text.empty();) {
    Append(TakeUtf16(text), name);
  }
  return name;
}

/// Takes the first character off `text`, in the form in which it is compared.
char32_t TakeFolded(std::string_view& text) {
  const char32_t character = TakeUtf8(text);
  return character > kLastUnit ? character
                               : FoldCase(static_cast<char16_t>(character));
}

}  // namespace

Name DecodeIsoName(Bytes stored) {
  Name name = DecodeBytes(stored);
  CutVersion(name);
  CutTrailing('.', name);
  return name;
}

Name DecodeJolietName(Bytes stored) {
  Name name = DecodeUcs2(stored);
  CutVersion(name);
  return name;
}

Name DecodeLabel(std::span<const uint8_t> stored, bool is_joliet) {
  const Bytes bytes = std::as_bytes(stored);
  Name name = is_joliet ? DecodeUcs2(bytes) : DecodeBytes(bytes);
  CutTrailing(' ', name);
  return name;
}

bool IsUsableName(std::string_view name) {
  if (name.empty() || name == "." || name == "..") return false;
  while (!name.empty()) {
    if (IsHarmful(TakeUtf8(name))) return false;
  }
  return true;
}

bool IsSameWithoutCase(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (TakeFolded(a) != TakeFolded(b)) return false;
  }
  return a.empty() && b.empty();
}

}  // namespace flint::iso9660
