// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/string_package.h"

#include <algorithm>

#include "platforms/base/endian.h"

namespace flint::efi::hii {
namespace {

using abi::EFI_HII_SIBT_EXT2_BLOCK;
using abi::EFI_HII_SIBT_FONT_BLOCK;
using abi::EFI_HII_STRING_PACKAGE_HDR;

/// Strings that stand for others are followed so far, and no further: they may
/// go round in a circle.
constexpr int kMaxDuplicates = 16;

/// Little-endian units up to a zero, with it; nothing if there is none.
std::optional<size_t> Ucs2Size(Bytes text) {
  for (size_t at = 0; at + 2 <= text.size(); at += 2) {
    if (text[at] == std::byte{0} && text[at + 1] == std::byte{0}) return at + 2;
  }
  return std::nullopt;
}

std::optional<size_t> ScsuSize(Bytes text, const ScsuWindows& windows) {
  ScsuDecoder decoder(text, windows);
  while (const auto unit = decoder.Next()) {
    if (*unit == u'\0') return text.size() - decoder.remaining().size();
  }
  return std::nullopt;
}

char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::optional<StringBlock> StringBlockReader::Next() {
  ByteReader ahead = reader_;
  const auto type = ahead.Read<uint8_t>();
  if (!type || *type == abi::EFI_HII_SIBT_END) return std::nullopt;
  StringBlock block{.type = *type, .first_id = next_id_};
  bool is_good = false;
  switch (*type) {
    case abi::EFI_HII_SIBT_STRING_SCSU:
    case abi::EFI_HII_SIBT_STRING_SCSU_FONT:
    case abi::EFI_HII_SIBT_STRINGS_SCSU:
    case abi::EFI_HII_SIBT_STRINGS_SCSU_FONT:
    case abi::EFI_HII_SIBT_STRING_UCS2:
    case abi::EFI_HII_SIBT_STRING_UCS2_FONT:
    case abi::EFI_HII_SIBT_STRINGS_UCS2:
    case abi::EFI_HII_SIBT_STRINGS_UCS2_FONT:
      is_good = ReadStrings(ahead, block);
      break;
    case abi::EFI_HII_SIBT_DUPLICATE: {
      const auto original = ahead.Read<Le16>();
      block.kind = StringBlock::Kind::kDuplicate;
      block.id_count = 1;
      block.original_id = original ? *original : Le16();
      is_good = original.has_value();
      break;
    }
    case abi::EFI_HII_SIBT_SKIP1:
    case abi::EFI_HII_SIBT_SKIP2: {
      const bool is_short = *type == abi::EFI_HII_SIBT_SKIP1;
      const auto low = ahead.Read<uint8_t>();
      const auto high =
          is_short ? Result<uint8_t>(uint8_t{0}) : ahead.Read<uint8_t>();
      is_good = low && high;
      if (is_good) block.id_count = static_cast<uint32_t>(*low | *high << 8);
      block.kind = StringBlock::Kind::kSkip;
      break;
    }
    default:
      is_good = ReadExtension(ahead, *type);
      break;
  }
  if (!is_good || block.id_count > kMaxId + 1 - next_id_) return std::nullopt;
  const size_t size = reader_.remaining().size() - ahead.remaining().size();
  block.bytes = reader_.remaining().first(size);
  next_id_ += block.id_count;
  reader_ = ahead;
  return block;
}

bool StringBlockReader::ReadStrings(ByteReader& ahead,
                                    StringBlock& block) const {
  // The types' low bits: a font, several strings, and the encoding.
  const uint8_t type = block.type;
  block.kind = StringBlock::Kind::kStrings;
  block.encoding = (type & 4) != 0 ? StoredString::Encoding::kUcs2
                                   : StoredString::Encoding::kScsu;
  block.id_count = 1;
  if ((type & 1) != 0) {
    const auto font = ahead.Read<uint8_t>();
    if (!font) return false;
    block.font = *font;
  }
  if ((type & 2) != 0) {
    const auto count = ahead.Read<Le16>();
    if (!count) return false;
    block.id_count = *count;
  }
  const Bytes start = ahead.remaining();
  for (uint32_t i = 0; i < block.id_count; ++i) {
    const auto size = StringSize(ahead.remaining(), block.encoding);
    if (!size || !ahead.ReadBytes(*size)) return false;
  }
  block.texts = start.first(start.size() - ahead.remaining().size());
  return true;
}

bool StringBlockReader::ReadExtension(ByteReader& ahead, uint8_t type) {
  constexpr size_t kTypes = 2;  // of the block, and its second
  if (!ahead.Read<uint8_t>()) return false;
  size_t size = 0;
  size_t header = kTypes;
  if (type == abi::EFI_HII_SIBT_EXT1) {
    const auto length = ahead.Read<uint8_t>();
    if (!length) return false;
    size = *length;
    header += sizeof(*length);
  } else if (type == abi::EFI_HII_SIBT_EXT2) {
    const auto length = ahead.Read<Le16>();
    if (!length) return false;
    size = *length;
    header += sizeof(*length);
  } else if (type == abi::EFI_HII_SIBT_EXT4) {
    const auto length = ahead.Read<Le32>();
    if (!length) return false;
    size = *length;
    header += sizeof(*length);
  } else {
    return false;
  }
  return size >= header && ahead.ReadBytes(size - header).has_value();
}

std::optional<size_t> StringBlockReader::StringSize(
    Bytes texts, StoredString::Encoding encoding) const {
  return encoding == StoredString::Encoding::kUcs2 ? Ucs2Size(texts)
                                                   : ScsuSize(texts, windows_);
}

StringPackage::StringPackage(Bytes bytes,
                             const EFI_HII_STRING_PACKAGE_HDR& header)
    : bytes_(bytes),
      blocks_offset_(header.StringInfoOffset),
      language_name_(header.LanguageName) {
  for (size_t i = 0; i < 8; ++i) {
    windows_.fixed[i] = header.LanguageWindow[i];
    windows_.dynamic[i] = header.LanguageWindow[i + 8];
  }
}

Result<StringPackage> StringPackage::Parse(Bytes package) {
  const auto header = TRY(ReadWire<EFI_HII_STRING_PACKAGE_HDR>(package));
  const size_t header_size = header.HdrSize;
  const size_t blocks = header.StringInfoOffset;
  if (header_size <= sizeof(header) || blocks < header_size) {
    return Fail(ErrorCode::kCorrupt, "HII strings inside of their header");
  }
  TRY(Slice(package, 0, blocks));
  const std::string_view language =
      AsText(TRY(Slice(package, sizeof(header), header_size - sizeof(header))));
  const size_t size = language.find('\0');
  if (size == std::string_view::npos) {
    return Fail(ErrorCode::kCorrupt, "HII strings of an endless language");
  }
  StringPackage strings(package, header);
  strings.languages_ = language.substr(0, size);
  return strings;
}

std::string_view StringPackage::primary_language() const {
  return languages_.substr(0, languages_.find(';'));
}

std::string_view StringPackage::secondary_languages() const {
  const size_t end = languages_.find(';');
  return end == std::string_view::npos ? std::string_view()
                                       : languages_.substr(end + 1);
}

uint32_t StringPackage::end_id() const {
  StringBlockReader reader = blocks();
  while (reader.Next()) {
  }
  return reader.next_id();
}

std::optional<StringBlock> StringPackage::FindBlock(uint16_t id) const {
  StringBlockReader reader = blocks();
  auto block = reader.Next();
  while (block && !block->Defines(id)) block = reader.Next();
  return block;
}

std::optional<StoredString> StringPackage::Find(uint16_t id) const {
  auto block = FindBlock(id);
  for (int hops = 0; block && block->kind == StringBlock::Kind::kDuplicate &&
                     hops < kMaxDuplicates;
       ++hops) {
    id = block->original_id;
    block = FindBlock(id);
  }
  if (!block || block->kind != StringBlock::Kind::kStrings) return std::nullopt;
  const StringBlockReader reader = blocks();
  Bytes texts = block->texts;
  for (uint32_t at = block->first_id;; ++at) {
    const auto size = reader.StringSize(texts, block->encoding);
    if (!size) return std::nullopt;
    if (at == id) {
      return StoredString{.bytes = texts.first(*size),
                          .encoding = block->encoding,
                          .font = block->font};
    }
    texts = texts.subspan(*size);
  }
}

size_t StringPackage::Decode(const StoredString& string,
                             std::span<char16_t> out) const {
  size_t count = 0;
  const auto put = [&](char16_t unit) {
    if (count < out.size()) out[count] = unit;
    ++count;
  };
  if (string.encoding == StoredString::Encoding::kUcs2) {
    ByteReader reader(string.bytes);
    while (const auto unit = reader.Read<Le16>()) {
      put(static_cast<char16_t>(static_cast<uint16_t>(*unit)));
    }
  } else {
    ScsuDecoder decoder(string.bytes, windows_);
    while (const auto unit = decoder.Next()) put(*unit);
  }
  return count;
}

std::optional<StringFont> StringPackage::FontOf(const StringBlock& block) {
  const auto extension = ReadWire<EFI_HII_SIBT_EXT2_BLOCK>(block.bytes);
  if (block.type != abi::EFI_HII_SIBT_EXT2 || !extension ||
      extension->BlockType2 != abi::EFI_HII_SIBT_FONT) {
    return std::nullopt;
  }
  const auto font = ReadWire<EFI_HII_SIBT_FONT_BLOCK>(block.bytes);
  if (!font) return std::nullopt;
  const Bytes name = block.bytes.subspan(sizeof(*font));
  const auto size = Ucs2Size(name);
  if (!size) return std::nullopt;
  return StringFont{.id = font->FontId,
                    .size = font->FontSize,
                    .style = font->FontStyle,
                    .name = name.first(*size)};
}

bool IsSameLanguage(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, ToLower, ToLower);
}

}  // namespace flint::efi::hii
