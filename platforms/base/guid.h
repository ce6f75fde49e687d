// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace flint {

/// A GUID as GPT and UEFI store it: the first three fields little-endian, the
/// rest as written. Any 16 bytes are one, at any alignment.
/// [uefi-2.10 Appendix A]
struct Guid {
  static constexpr size_t kTextSize = 36;

  std::array<uint8_t, 16> bytes{};

  bool operator==(const Guid&) const = default;

  constexpr bool is_zero() const { return *this == Guid{}; }

  /// The GUID written as "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", in any case.
  static constexpr std::optional<Guid> Parse(std::string_view text);

  /// A constant; does not compile if `text` is not a GUID.
  static consteval Guid Of(std::string_view text) { return *Parse(text); }

  /// Writes the lower-case text and returns it.
  constexpr std::string_view FormatTo(std::span<char, kTextSize> out) const;
};
static_assert(sizeof(Guid) == 16 && alignof(Guid) == 1);

namespace guid_internal {

/// Where in the text the two digits of each byte in memory stand.
inline constexpr std::array<uint8_t, 16> kTextPosition{
    6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34};
inline constexpr std::array<uint8_t, 4> kHyphenPosition{8, 13, 18, 23};

constexpr std::optional<uint8_t> HexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace guid_internal

constexpr std::optional<Guid> Guid::Parse(std::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  for (const size_t position : guid_internal::kHyphenPosition) {
    if (text[position] != '-') return std::nullopt;
  }
  Guid guid;
  for (size_t i = 0; i < guid.bytes.size(); ++i) {
    const size_t position = guid_internal::kTextPosition[i];
    const auto high = guid_internal::HexDigit(text[position]);
    const auto low = guid_internal::HexDigit(text[position + 1]);
    if (!high || !low) return std::nullopt;
    guid.bytes[i] = static_cast<uint8_t>(*high << 4 | *low);
  }
  return guid;
}

constexpr std::string_view Guid::FormatTo(
    std::span<char, kTextSize> out) const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const size_t position : guid_internal::kHyphenPosition) {
    out[position] = '-';
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    const size_t position = guid_internal::kTextPosition[i];
    out[position] = kDigits[bytes[i] >> 4];
    out[position + 1] = kDigits[bytes[i] & 0xf];
  }
  return {out.data(), out.size()};
}

}  // namespace flint
