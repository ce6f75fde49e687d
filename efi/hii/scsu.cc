// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/scsu.h"

namespace flint::efi::hii {
namespace {

// Tags in single-byte mode. [scsu 5.1]
constexpr uint8_t kQuoteWindow0 = 0x01;
constexpr uint8_t kQuoteWindow7 = 0x08;
constexpr uint8_t kDefineExtended = 0x0B;
constexpr uint8_t kReserved = 0x0C;
constexpr uint8_t kQuoteUnicode = 0x0E;
constexpr uint8_t kToUnicode = 0x0F;
constexpr uint8_t kWindow0 = 0x10;
constexpr uint8_t kDefine0 = 0x18;
constexpr uint8_t kFirstAscii = 0x20;
constexpr uint8_t kFirstInWindow = 0x80;

// Tags in Unicode mode. [scsu 5.2]
constexpr uint8_t kUnicodeWindow0 = 0xE0;
constexpr uint8_t kUnicodeDefine0 = 0xE8;
constexpr uint8_t kUnicodeQuote = 0xF0;
constexpr uint8_t kUnicodeDefineExtended = 0xF1;
constexpr uint8_t kUnicodeReserved = 0xF2;

/// Where the byte behind a definition puts a window; nothing if it is
/// reserved. [scsu 5.3]
std::optional<uint32_t> WindowOffset(uint8_t byte) {
  constexpr std::array<uint32_t, 7> kSpecial = {
      0x00C0, 0x0250, 0x0370, 0x0530, 0x3040, 0x30A0, 0xFF60};
  constexpr uint8_t kFirstSpecial = 0xF9;
  if (byte >= kFirstSpecial) return kSpecial[byte - kFirstSpecial];
  if (byte >= 0x01 && byte <= 0x67) return byte * uint32_t{0x80};
  if (byte >= 0x68 && byte <= 0xA7) return byte * uint32_t{0x80} + 0xAC00;
  return std::nullopt;
}

}  // namespace

std::optional<char16_t> ScsuDecoder::Next() {
  if (low_surrogate_) {
    const Unit unit = low_surrogate_;
    low_surrogate_.reset();
    return unit;
  }
  while (const auto byte = Byte()) {
    const Step step = is_unicode_ ? UnicodeMode(*byte) : SingleByteMode(*byte);
    if (step.is_done) return step.unit;
  }
  return std::nullopt;
}

ScsuDecoder::Step ScsuDecoder::SingleByteMode(uint8_t byte) {
  if (byte >= kFirstInWindow) {
    return Character(windows_.dynamic[active_] + byte - kFirstInWindow);
  }
  if (byte >= kFirstAscii) return Character(byte);
  if (byte >= kDefine0) return Define(byte - kDefine0);
  if (byte >= kWindow0) {
    active_ = byte - kWindow0;
    return Again();
  }
  if (byte >= kQuoteWindow0 && byte <= kQuoteWindow7) {
    return QuotedFrom(byte - kQuoteWindow0);
  }
  switch (byte) {
    case kDefineExtended:
      return DefineExtended();
    case kReserved:
      return End();
    case kQuoteUnicode: {
      const auto high = Byte();
      return high ? Quoted(*high) : End();
    }
    case kToUnicode:
      is_unicode_ = true;
      return Again();
    default:
      return Character(byte);  // zero, tab, and the ends of lines
  }
}

ScsuDecoder::Step ScsuDecoder::UnicodeMode(uint8_t byte) {
  if (byte < kUnicodeWindow0 || byte > kUnicodeReserved) return Quoted(byte);
  switch (byte) {
    case kUnicodeQuote: {
      const auto high = Byte();
      return high ? Quoted(*high) : End();
    }
    case kUnicodeReserved:
      return End();
    default:
      break;
  }
  is_unicode_ = false;
  if (byte == kUnicodeDefineExtended) return DefineExtended();
  if (byte >= kUnicodeDefine0) return Define(byte - kUnicodeDefine0);
  active_ = byte - kUnicodeWindow0;
  return Again();
}

std::optional<uint8_t> ScsuDecoder::Byte() {
  const auto byte = reader_.Read<uint8_t>();
  return byte ? std::optional(*byte) : std::nullopt;
}

ScsuDecoder::Step ScsuDecoder::Quoted(uint8_t high) {
  const auto low = Byte();
  if (!low) return End();
  return {.unit = static_cast<char16_t>(high << 8 | *low), .is_done = true};
}

ScsuDecoder::Step ScsuDecoder::QuotedFrom(size_t window) {
  const auto byte = Byte();
  if (!byte) return End();
  return *byte < kFirstInWindow
             ? Character(windows_.fixed[window] + *byte)
             : Character(windows_.dynamic[window] + *byte - kFirstInWindow);
}

ScsuDecoder::Step ScsuDecoder::Character(uint32_t code_point) {
  if (code_point < 0x1'0000) {
    return {.unit = static_cast<char16_t>(code_point), .is_done = true};
  }
  const uint32_t above = code_point - 0x1'0000;
  low_surrogate_ = static_cast<char16_t>(0xDC00 | (above & 0x3FF));
  return {.unit = static_cast<char16_t>(0xD800 | (above >> 10 & 0x3FF)),
          .is_done = true};
}

ScsuDecoder::Step ScsuDecoder::Define(size_t window) {
  const auto byte = Byte();
  const auto offset = byte ? WindowOffset(*byte) : std::nullopt;
  if (!offset) return End();
  windows_.dynamic[window] = *offset;
  active_ = window;
  return Again();
}

ScsuDecoder::Step ScsuDecoder::DefineExtended() {
  const auto high = Byte();
  const auto low = Byte();
  if (!high || !low) return End();
  const uint32_t number = (*high & 0x1FU) << 8 | *low;
  active_ = *high >> 5;
  windows_.dynamic[active_] = 0x1'0000 + number * 0x80;
  return Again();
}

}  // namespace flint::efi::hii
