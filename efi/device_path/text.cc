// SPDX-License-Identifier: Apache-2.0
#include "efi/device_path/text.h"

#include <algorithm>
#include <array>
#include <optional>

#include "platforms/base/endian.h"

namespace flint::efi {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

std::optional<uint8_t> DigitValue(char16_t unit) {
  if (unit >= u'0' && unit <= u'9') return static_cast<uint8_t>(unit - u'0');
  if (unit >= u'a' && unit <= u'f') {
    return static_cast<uint8_t>(unit - u'a' + 10);
  }
  if (unit >= u'A' && unit <= u'F') {
    return static_cast<uint8_t>(unit - u'A' + 10);
  }
  return std::nullopt;
}

uint64_t ParseDigits(std::u16string_view text, uint8_t base) {
  uint64_t value = 0;
  for (const char16_t unit : text) {
    const auto digit = DigitValue(unit);
    if (!digit || *digit >= base) break;
    value = value * base + *digit;
  }
  return value;
}

bool IsSpace(char16_t unit) { return unit == u' ' || unit == u'\t'; }

std::u16string_view Trim(std::u16string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

void TextWriter::PutAsciiZ(Bytes text) {
  for (const std::byte byte : text) {
    if (byte == std::byte{0}) return;
    Put(static_cast<char16_t>(byte));
  }
}

void TextWriter::PutUtf16Z(Bytes text) {
  ByteReader reader(text);
  while (const auto unit = reader.Read<Le16>()) {
    if (*unit == 0) return;
    Put(static_cast<char16_t>(uint16_t{*unit}));
  }
}

void TextWriter::PutDigits(uint64_t value, size_t width) {
  std::array<char, 16> digits;
  size_t count = 0;
  do {
    digits[count++] = kDigits[value & 0xf];
    value >>= 4;
  } while (value != 0);
  for (; width > count; --width) Put(u'0');
  while (count > 0) Put(static_cast<char16_t>(digits[--count]));
}

void TextWriter::PutDecimal(uint64_t value) {
  std::array<char, 20> digits;
  size_t count = 0;
  do {
    digits[count++] = kDigits[value % 10];
    value /= 10;
  } while (value != 0);
  while (count > 0) Put(static_cast<char16_t>(digits[--count]));
}

void TextWriter::PutBytes(Bytes bytes) {
  for (const std::byte byte : bytes) PutDigits(static_cast<uint8_t>(byte), 2);
}

void TextWriter::PutGuid(const Guid& guid) {
  std::array<char, Guid::kTextSize> text;
  for (const char c : guid.FormatTo(text)) {
    const bool is_lower = c >= 'a' && c <= 'f';
    Put(static_cast<char16_t>(is_lower ? c - 'a' + 'A' : c));
  }
}

bool TextReader::StartsWith(std::string_view ascii) const {
  return text_.size() >= ascii.size() &&
         std::ranges::equal(
             text_.substr(0, ascii.size()), ascii, [](char16_t a, char b) {
               return a == static_cast<char16_t>(b);
             });
}

bool TextReader::Is(std::string_view ascii) const {
  return text_.size() == ascii.size() && StartsWith(ascii);
}

uint64_t TextReader::Integer() const {
  if (StartsWith("0x") || StartsWith("0X")) {
    return ParseDigits(text_.substr(2), 16);
  }
  return ParseDigits(text_, 10);
}

uint64_t TextReader::HexDigits() const { return ParseDigits(text_, 16); }

Guid TextReader::ReadGuid() const {
  std::array<char, Guid::kTextSize> ascii{};
  if (text_.size() != ascii.size()) return {};
  std::ranges::transform(text_, ascii.begin(), [](char16_t unit) {
    return unit < 0x80 ? static_cast<char>(unit) : '?';
  });
  return Guid::Parse({ascii.data(), ascii.size()}).value_or(Guid{});
}

size_t TextReader::ReadBytes(std::span<uint8_t> out) const {
  std::ranges::fill(out, uint8_t{0});
  size_t digit_count = 0;
  for (const char16_t unit : text_) {
    if (unit == u'-') continue;
    const auto digit = DigitValue(unit);
    if (!digit) break;
    const size_t index = digit_count / 2;
    if (index < out.size()) {
      out[index] = static_cast<uint8_t>(out[index] << 4 | *digit);
    }
    ++digit_count;
  }
  return (digit_count + 1) / 2;
}

TextReader Arguments::Next() {
  bool quoted = false;
  size_t size = 0;
  for (; size < rest_.size(); ++size) {
    if (rest_[size] == u'"') quoted = !quoted;
    if (rest_[size] == u',' && !quoted) break;
  }
  std::u16string_view argument = Trim(rest_.substr(0, size));
  rest_.remove_prefix(std::min(size + 1, rest_.size()));
  if (argument.size() >= 2 && argument.front() == u'"' &&
      argument.back() == u'"') {
    argument = argument.substr(1, argument.size() - 2);
  }
  return TextReader(argument);
}

}  // namespace flint::efi
