// SPDX-License-Identifier: Apache-2.0
#include "efi/console/key_decoder.h"

#include <algorithm>

namespace flint::efi {
namespace {

using abi::EFI_KEY_DATA;
using Key = std::optional<EFI_KEY_DATA>;

constexpr uint8_t kEscape = 0x1B;
constexpr uint8_t kDelete = 0x7F;
constexpr uint8_t kFirstPrintable = 0x20;
constexpr uint16_t kMaxParameter = 1000;
constexpr uint16_t kMaxModifiers = 16;

constexpr EFI_KEY_DATA MakeKey(uint16_t scan_code,
                               char16_t character,
                               uint32_t shift_state = 0) {
  if (shift_state != 0) shift_state |= abi::EFI_SHIFT_STATE_VALID;
  return {.Key = {.ScanCode = scan_code, .UnicodeChar = character},
          .KeyState = {.KeyShiftState = shift_state, .KeyToggleState = 0}};
}

/// `ESC [ x` and `ESC O x`.
uint16_t ScanCodeOfLetter(uint8_t letter) {
  switch (letter) {
    case 'A':
      return abi::SCAN_UP;
    case 'B':
      return abi::SCAN_DOWN;
    case 'C':
      return abi::SCAN_RIGHT;
    case 'D':
      return abi::SCAN_LEFT;
    case 'H':
      return abi::SCAN_HOME;
    case 'F':
      return abi::SCAN_END;
    case 'P':
    case 'Q':
    case 'R':
    case 'S':
      return static_cast<uint16_t>(abi::SCAN_F1 + (letter - 'P'));
    default:
      return abi::SCAN_NULL;
  }
}

/// `ESC [ n ~`.
uint16_t ScanCodeOfNumber(uint16_t number) {
  switch (number) {
    case 1:
    case 7:
      return abi::SCAN_HOME;
    case 2:
      return abi::SCAN_INSERT;
    case 3:
      return abi::SCAN_DELETE;
    case 4:
    case 8:
      return abi::SCAN_END;
    case 5:
      return abi::SCAN_PAGE_UP;
    case 6:
      return abi::SCAN_PAGE_DOWN;
    default:
      break;
  }
  // F1 to F12, with the gaps of the keyboard on which they were laid out.
  constexpr std::array<uint8_t, 12> kFunctionKeys{
      11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24};
  const auto found = std::ranges::find(kFunctionKeys, number);
  if (found == kFunctionKeys.end()) return abi::SCAN_NULL;
  return static_cast<uint16_t>(abi::SCAN_F1 + (found - kFunctionKeys.begin()));
}

/// The modifiers a sequence tells as 1 plus a bit for each.
uint32_t ShiftStateOf(uint16_t parameter) {
  const uint16_t bits =
      parameter == 0 ? 0 : static_cast<uint16_t>(parameter - 1);
  uint32_t state = 0;
  if ((bits & 1) != 0) state |= abi::EFI_LEFT_SHIFT_PRESSED;
  if ((bits & 2) != 0) state |= abi::EFI_LEFT_ALT_PRESSED;
  if ((bits & 4) != 0) state |= abi::EFI_LEFT_CONTROL_PRESSED;
  return state;
}

/// A key that a sequence named; nothing if it named none.
Key KeyOf(uint16_t scan_code, uint32_t shift_state) {
  if (scan_code == abi::SCAN_NULL) return std::nullopt;
  return MakeKey(scan_code, abi::CHAR_NULL, shift_state);
}

/// A byte that is a character of its own.
Key KeyOfByte(uint8_t byte, uint32_t shift_state) {
  switch (byte) {
    case 0:
      return std::nullopt;
    case kDelete:  // what terminals have on the backspace key
    case abi::CHAR_BACKSPACE:
      return MakeKey(0, abi::CHAR_BACKSPACE, shift_state);
    case abi::CHAR_TAB:
    case abi::CHAR_LINEFEED:
    case abi::CHAR_CARRIAGE_RETURN:
      return MakeKey(0, byte, shift_state);
    default:
      break;
  }
  if (byte >= kFirstPrintable) return MakeKey(0, byte, shift_state);
  // Control and a letter, or one of the few characters behind them.
  const auto character =
      static_cast<char16_t>(byte <= 26 ? byte + 'a' - 1 : byte + '@');
  return MakeKey(0, character, shift_state | abi::EFI_LEFT_CONTROL_PRESSED);
}

}  // namespace

Key KeyDecoder::Take(uint8_t byte, uint64_t now_ns) {
  last_byte_ns_ = now_ns;
  switch (state_) {
    case State::kText:
      return TakeText(byte);
    case State::kUtf8:
      return TakeContinuation(byte);
    case State::kEscape:
      return TakeAfterEscape(byte);
    case State::kSingleShift:
      state_ = State::kText;
      return KeyOf(ScanCodeOfLetter(byte), 0);
    case State::kControl:
      return TakeControl(byte);
    case State::kLinuxFunction:
      state_ = State::kText;
      if (byte < 'A' || byte > 'E') return std::nullopt;
      return MakeKey(static_cast<uint16_t>(abi::SCAN_F1 + (byte - 'A')), 0);
  }
  return std::nullopt;
}

Key KeyDecoder::TakeText(uint8_t byte) {
  if (byte == kEscape) {
    state_ = State::kEscape;
    return std::nullopt;
  }
  if (byte < 0x80) return KeyOfByte(byte, 0);
  // Keys are single UTF-16 units: characters of up to three bytes.
  if ((byte & 0xE0) == 0xC0) {
    character_ = byte & 0x1F;
    smallest_character_ = 0x80;
    bytes_left_ = 1;
  } else if ((byte & 0xF0) == 0xE0) {
    character_ = byte & 0x0F;
    smallest_character_ = 0x800;
    bytes_left_ = 2;
  } else {
    return std::nullopt;
  }
  state_ = State::kUtf8;
  return std::nullopt;
}

Key KeyDecoder::TakeContinuation(uint8_t byte) {
  if ((byte & 0xC0) != 0x80) {
    state_ = State::kText;
    return TakeText(byte);
  }
  character_ = character_ << 6 | (byte & 0x3F);
  if (--bytes_left_ > 0) return std::nullopt;
  state_ = State::kText;
  const bool is_surrogate = character_ >= 0xD800 && character_ <= 0xDFFF;
  if (character_ < smallest_character_ || is_surrogate) return std::nullopt;
  return MakeKey(0, static_cast<char16_t>(character_));
}

Key KeyDecoder::TakeAfterEscape(uint8_t byte) {
  if (byte == '[') {
    state_ = State::kControl;
    parameters_ = {};
    parameter_count_ = 0;
    is_private_ = false;
    return std::nullopt;
  }
  if (byte == 'O') {
    state_ = State::kSingleShift;
    return std::nullopt;
  }
  // The first of two escapes was the key; the second may begin something.
  if (byte == kEscape) return MakeKey(abi::SCAN_ESC, abi::CHAR_NULL);
  state_ = State::kText;
  if (byte >= 0x80) return TakeText(byte);
  return KeyOfByte(byte, abi::EFI_LEFT_ALT_PRESSED);
}

/// Parameters, then intermediate bytes, then a final byte. [ecma-48 5.4]
Key KeyDecoder::TakeControl(uint8_t byte) {
  if (byte == kEscape) {
    state_ = State::kEscape;
    return std::nullopt;
  }
  if (byte >= '0' && byte <= '9') {
    if (parameter_count_ == 0) parameter_count_ = 1;
    if (parameter_count_ <= parameters_.size()) {
      uint16_t& value = parameters_[parameter_count_ - 1u];
      value = std::min<uint16_t>(
          static_cast<uint16_t>(value * 10 + (byte - '0')), kMaxParameter);
    }
    return std::nullopt;
  }
  if (byte == ';') {
    parameter_count_ = static_cast<uint8_t>(std::min<size_t>(
        std::max<size_t>(parameter_count_, 1) + 1, parameters_.size() + 1));
    return std::nullopt;
  }
  if (byte == '[' && parameter_count_ == 0 && !is_private_) {
    state_ = State::kLinuxFunction;
    return std::nullopt;
  }
  if (byte >= 0x20 && byte < 0x40) {
    is_private_ = true;
    return std::nullopt;
  }
  state_ = State::kText;
  // What is no part of a sequence ends it, and is itself.
  if (byte < 0x20 || byte >= kDelete) return TakeText(byte);
  return ControlKey(byte);
}

Key KeyDecoder::ControlKey(uint8_t final_byte) const {
  if (is_private_) return std::nullopt;
  const uint32_t shift_state = ShiftStateOf(parameters_[1]);
  if (final_byte == '~') {
    return KeyOf(ScanCodeOfNumber(parameters_[0]), shift_state);
  }
  if (final_byte == 'Z') {
    return MakeKey(0, abi::CHAR_TAB, abi::EFI_LEFT_SHIFT_PRESSED);
  }
  // `ESC [ A`, or `ESC [ 1 ; modifiers A`; a cursor position ends in R, too.
  if (parameters_[0] > 1 || parameters_[1] > kMaxModifiers ||
      parameter_count_ > parameters_.size()) {
    return std::nullopt;
  }
  return KeyOf(ScanCodeOfLetter(final_byte), shift_state);
}

Key KeyDecoder::TakeLate(uint64_t now_ns) {
  if (!is_waiting() || now_ns - last_byte_ns_ < kEscapeNs) return std::nullopt;
  const State state = state_;
  state_ = State::kText;
  switch (state) {
    case State::kEscape:
      return MakeKey(abi::SCAN_ESC, abi::CHAR_NULL);
    case State::kSingleShift:
      return KeyOfByte('O', abi::EFI_LEFT_ALT_PRESSED);
    case State::kControl:
      if (parameter_count_ > 0 || is_private_) return std::nullopt;
      return KeyOfByte('[', abi::EFI_LEFT_ALT_PRESSED);
    case State::kText:
    case State::kUtf8:
    case State::kLinuxFunction:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace flint::efi
