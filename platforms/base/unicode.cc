// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/unicode.h"

#include <array>

namespace flint {
namespace {

constexpr bool IsHighSurrogate(char32_t c) {
  return c >= 0xd800 && c <= 0xdbff;
}
constexpr bool IsLowSurrogate(char32_t c) { return c >= 0xdc00 && c <= 0xdfff; }
constexpr bool IsScalar(char32_t c) {
  return c <= 0x10ffff && !IsHighSurrogate(c) && !IsLowSurrogate(c);
}

/// What the first byte of a sequence says.
struct Lead {
  size_t continuation_count;
  char32_t bits;
  char32_t smallest;  // anything below it should have been written shorter
};

constexpr std::optional<Lead> ParseLead(uint8_t byte) {
  if (byte < 0x80) return Lead{0, byte, 0};
  if (byte >= 0xc2 && byte <= 0xdf) return Lead{1, byte & 0x1fu, 0x80};
  if (byte >= 0xe0 && byte <= 0xef) return Lead{2, byte & 0x0fu, 0x800};
  if (byte >= 0xf0 && byte <= 0xf4) return Lead{3, byte & 0x07u, 0x10000};
  return std::nullopt;
}

/// The first character of `text` and how many bytes it takes.
struct Decoded {
  char32_t character;
  size_t size;
};

std::optional<Decoded> DecodeUtf8(std::string_view text) {
  const auto lead = ParseLead(static_cast<uint8_t>(text.front()));
  if (!lead || text.size() <= lead->continuation_count) return std::nullopt;
  char32_t character = lead->bits;
  for (size_t i = 1; i <= lead->continuation_count; ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    character = character << 6 | (byte & 0x3fu);
  }
  if (character < lead->smallest || !IsScalar(character)) return std::nullopt;
  return Decoded{character, lead->continuation_count + 1};
}

}  // namespace

bool AppendUtf8(char32_t character, std::span<char> out, size_t& size) {
  if (!IsScalar(character)) character = kReplacementCharacter;
  std::array<char, 4> bytes;
  size_t count = 1;
  if (character < 0x80) {
    bytes[0] = static_cast<char>(character);
  } else {
    count = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = count - 1; i > 0; --i) {
      bytes[i] = static_cast<char>(0x80 | (character & 0x3f));
      character >>= 6;
    }
    constexpr std::array<uint8_t, 5> kLeadBits{0, 0, 0xc0, 0xe0, 0xf0};
    bytes[0] = static_cast<char>(kLeadBits[count] | character);
  }
  if (size > out.size() || count > out.size() - size) return false;
  for (size_t i = 0; i < count; ++i) out[size + i] = bytes[i];
  size += count;
  return true;
}

char32_t TakeUtf8(std::string_view& text) {
  const auto decoded = DecodeUtf8(text);
  text.remove_prefix(decoded ? decoded->size : 1);
  return decoded ? decoded->character : kReplacementCharacter;
}

char32_t TakeUtf16(std::span<const char16_t>& text) {
  const char32_t first = text.front();
  text = text.subspan(1);
  if (IsHighSurrogate(first) && !text.empty() && IsLowSurrogate(text.front())) {
    const char32_t second = text.front();
    text = text.subspan(1);
    return 0x10000 + ((first & 0x3ff) << 10 | (second & 0x3ff));
  }
  return IsScalar(first) ? first : kReplacementCharacter;
}

std::optional<std::string_view> Utf16ToUtf8(std::span<const char16_t> text,
                                            std::span<char> out) {
  size_t size = 0;
  while (!text.empty()) {
    if (!AppendUtf8(TakeUtf16(text), out, size)) return std::nullopt;
  }
  return std::string_view(out.data(), size);
}

std::optional<std::span<const char16_t>> Utf8ToUtf16(std::string_view text,
                                                     std::span<char16_t> out) {
  size_t size = 0;
  while (!text.empty()) {
    const auto decoded = DecodeUtf8(text);
    if (!decoded) return std::nullopt;
    text.remove_prefix(decoded->size);
    const char32_t character = decoded->character;
    const size_t count = character < 0x10000 ? 1 : 2;
    if (count > out.size() - size) return std::nullopt;
    if (count == 1) {
      out[size++] = static_cast<char16_t>(character);
    } else {
      out[size++] =
          static_cast<char16_t>(0xd800 | ((character - 0x10000) >> 10));
      out[size++] = static_cast<char16_t>(0xdc00 | (character & 0x3ff));
    }
  }
  return std::span<const char16_t>(out.first(size));
}

}  // namespace flint
