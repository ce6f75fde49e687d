// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/string_edit.h"

#include <algorithm>
#include <array>

#include "efi/hii/package_view.h"
#include "platforms/base/endian.h"

namespace flint::efi::hii {
namespace {

using abi::EFI_HII_SIBT_FONT_BLOCK;
using abi::EFI_HII_STRING_PACKAGE_HDR;

/// Where SCSU's windows are if nobody moves them. [scsu 5.3]
constexpr std::array<uint16_t, 16> kUsualWindows = {0x0000,
                                                    0x0080,
                                                    0x0100,
                                                    0x0300,
                                                    0x2000,
                                                    0x2080,
                                                    0x2100,
                                                    0x3000,
                                                    0x0080,
                                                    0x00C0,
                                                    0x0400,
                                                    0x0600,
                                                    0x0900,
                                                    0x3040,
                                                    0x30A0,
                                                    0xFF00};

/// Which of a package's fonts a string is to have, and whether it is new.
struct FontChoice {
  std::optional<uint8_t> id;
  bool is_new = false;
};

bool LooksLike(const StringFont& font, const FontLook& look) {
  const auto unit_at = [&](size_t i) {
    return static_cast<char16_t>(font.name[2 * i]) |
           static_cast<char16_t>(font.name[2 * i + 1]) << 8;
  };
  const size_t length = font.name.size() / 2 - 1;
  if (font.size != look.size || font.style != look.style ||
      length != look.name.size()) {
    return false;
  }
  for (size_t i = 0; i < length; ++i) {
    if (unit_at(i) != look.name[i]) return false;
  }
  return true;
}

/// Nothing if the package has no identifier left.
std::optional<FontChoice> ChooseFont(const StringPackage& package,
                                     const FontLook& look) {
  std::optional<uint8_t> found;
  uint32_t next_id = 1;  // zero stands for the usual font
  package.ForEachFont([&](const StringFont& font) {
    next_id = std::max<uint32_t>(next_id, font.id + uint32_t{1});
    if (!found && LooksLike(font, look)) found = font.id;
    return found.has_value();
  });
  if (found) return FontChoice{.id = found};
  if (next_id > UINT8_MAX) return std::nullopt;
  return FontChoice{.id = static_cast<uint8_t>(next_id), .is_new = true};
}

void PutFont(uint8_t id, const FontLook& look, PackageWriter& out) {
  const size_t size =
      sizeof(EFI_HII_SIBT_FONT_BLOCK) + 2 * (look.name.size() + 1);
  out.Put(EFI_HII_SIBT_FONT_BLOCK{
      .Header = {.Header = {.BlockType = abi::EFI_HII_SIBT_EXT2},
                 .BlockType2 = abi::EFI_HII_SIBT_FONT,
                 .Length = static_cast<uint16_t>(size)},
      .FontId = id,
      .FontSize = look.size,
      .FontStyle = look.style});
  out.PutText(look.name);
}

void PutString(std::u16string_view text,
               std::optional<uint8_t> font,
               PackageWriter& out) {
  out.Put(font ? abi::EFI_HII_SIBT_STRING_UCS2_FONT
               : abi::EFI_HII_SIBT_STRING_UCS2);
  if (font) out.Put(*font);
  out.PutText(text);
}

void PutSkip(uint32_t count, PackageWriter& out) {
  if (count == 0) return;
  out.Put(abi::EFI_HII_SIBT_SKIP2);
  out.Put(Le16(static_cast<uint16_t>(count)));
}

/// So many of the strings of `block`, which are `texts`.
void PutStrings(const StringBlock& block,
                uint32_t count,
                Bytes texts,
                PackageWriter& out) {
  if (count == 0) return;
  const bool is_ucs2 = block.encoding == StoredString::Encoding::kUcs2;
  if (block.font) {
    out.Put(is_ucs2 ? abi::EFI_HII_SIBT_STRINGS_UCS2_FONT
                    : abi::EFI_HII_SIBT_STRINGS_SCSU_FONT);
    out.Put(*block.font);
  } else {
    out.Put(is_ucs2 ? abi::EFI_HII_SIBT_STRINGS_UCS2
                    : abi::EFI_HII_SIBT_STRINGS_SCSU);
  }
  out.Put(Le16(static_cast<uint16_t>(count)));
  out.Put(texts);
}

/// The block that has the string's identifier, with the new string in it.
void PutEditedBlock(const StringPackage& package,
                    const StringBlock& block,
                    const StringEdit& edit,
                    std::optional<uint8_t> font,
                    PackageWriter& out) {
  const uint32_t before = edit.id - block.first_id;
  const uint32_t after = block.id_count - before - 1;
  if (block.kind != StringBlock::Kind::kStrings) {
    PutSkip(before, out);
    PutString(edit.text, font, out);
    PutSkip(after, out);
    return;
  }
  const StringBlockReader reader = package.blocks();
  size_t start = 0;
  for (uint32_t i = 0; i < before; ++i) {
    start += reader.StringSize(block.texts.subspan(start), block.encoding)
                 .value_or(0);
  }
  const size_t size =
      reader.StringSize(block.texts.subspan(start), block.encoding).value_or(0);
  PutStrings(block, before, block.texts.first(start), out);
  PutString(edit.text, font ? font : block.font, out);
  PutStrings(block, after, block.texts.subspan(start + size), out);
}

}  // namespace

void PackageWriter::PutText(std::u16string_view text) {
  if (out_.empty()) {
    size_ += sizeof(Le16) * (text.size() + 1);
    return;
  }
  for (const char16_t unit : text) Put(Le16(unit));
  Put(Le16(uint16_t{0}));
}

bool WriteEdited(const StringPackage& package,
                 const StringEdit& edit,
                 PackageWriter& out) {
  FontChoice font;
  if (edit.font) {
    const auto choice = ChooseFont(package, *edit.font);
    if (!choice) return false;
    font = *choice;
  }
  out.Put(package.header());
  if (font.is_new) PutFont(*font.id, *edit.font, out);
  StringBlockReader reader = package.blocks();
  while (const auto block = reader.Next()) {
    if (block->Defines(edit.id)) {
      PutEditedBlock(package, *block, edit, font.id, out);
    } else {
      out.Put(block->bytes);
    }
  }
  if (edit.id >= reader.next_id()) {
    PutSkip(edit.id - reader.next_id(), out);
    PutString(edit.text, font.id, out);
  }
  out.Put(abi::EFI_HII_SIBT_END);
  out.Patch(0, PackageHeader(abi::EFI_HII_PACKAGE_STRINGS, out.size()));
  if (edit.names_language) {
    out.Patch(offsetof(EFI_HII_STRING_PACKAGE_HDR, LanguageName),
              Le16(edit.id));
  }
  return true;
}

void WriteEmptyStringPackage(std::string_view language, PackageWriter& out) {
  const size_t header_size =
      sizeof(EFI_HII_STRING_PACKAGE_HDR) + language.size() + 1;
  EFI_HII_STRING_PACKAGE_HDR header{
      .Header = PackageHeader(abi::EFI_HII_PACKAGE_STRINGS, header_size + 1),
      .HdrSize = static_cast<uint32_t>(header_size),
      .StringInfoOffset = static_cast<uint32_t>(header_size),
      .LanguageWindow = {},
      .LanguageName = {}};
  std::ranges::copy(kUsualWindows, header.LanguageWindow);
  out.Put(header);
  out.Put(AsBytes(language));
  out.Put(uint8_t{0});
  out.Put(abi::EFI_HII_SIBT_END);
}

}  // namespace flint::efi::hii
