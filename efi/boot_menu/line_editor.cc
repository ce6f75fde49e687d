// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_menu/line_editor.h"

#include <algorithm>

#include "platforms/base/unicode.h"

namespace flint::efi {
namespace {

constexpr uint32_t kControl =
    abi::EFI_LEFT_CONTROL_PRESSED | abi::EFI_RIGHT_CONTROL_PRESSED;

}  // namespace

bool LineEditor::Set(std::string_view text) {
  std::array<char16_t, kMaxUnits> units;
  const auto converted = Utf8ToUtf16(text, units);
  if (!converted) return false;
  std::ranges::copy(*converted, units_.begin());
  size_ = cursor_ = converted->size();
  return true;
}

bool LineEditor::OnKey(const abi::EFI_KEY_DATA& key) {
  const char16_t character = key.Key.UnicodeChar;
  if (character == 0) return OnScanCode(key.Key.ScanCode);
  if ((key.KeyState.KeyShiftState & kControl) != 0) return OnControl(character);
  return OnCharacter(character);
}

bool LineEditor::OnCharacter(char16_t character) {
  if (character == abi::CHAR_BACKSPACE) {
    Erase(cursor_ - std::min<size_t>(cursor_, 1), cursor_);
    return true;
  }
  if (character < u' ' || size_ == kMaxUnits) return false;
  const auto at = units_.begin() + static_cast<ptrdiff_t>(cursor_);
  const auto end = units_.begin() + static_cast<ptrdiff_t>(size_);
  std::copy_backward(at, end, end + 1);
  *at = character;
  ++size_;
  ++cursor_;
  return true;
}

bool LineEditor::OnControl(char16_t letter) {
  switch (letter) {
    case u'a':
      return OnScanCode(abi::SCAN_HOME);
    case u'b':
      return OnScanCode(abi::SCAN_LEFT);
    case u'd':
      return OnScanCode(abi::SCAN_DELETE);
    case u'e':
      return OnScanCode(abi::SCAN_END);
    case u'f':
      return OnScanCode(abi::SCAN_RIGHT);
    case u'k':
      Erase(cursor_, size_);
      return true;
    case u'u':
      Erase(0, cursor_);
      return true;
    case u'w': {
      size_t start = cursor_;
      while (start > 0 && units_[start - 1] == u' ') --start;
      while (start > 0 && units_[start - 1] != u' ') --start;
      Erase(start, cursor_);
      return true;
    }
    default:
      return false;
  }
}

bool LineEditor::OnScanCode(uint16_t code) {
  switch (code) {
    case abi::SCAN_LEFT:
      cursor_ -= std::min<size_t>(cursor_, 1);
      return true;
    case abi::SCAN_RIGHT:
      cursor_ = std::min(cursor_ + 1, size_);
      return true;
    case abi::SCAN_HOME:
      cursor_ = 0;
      return true;
    case abi::SCAN_END:
      cursor_ = size_;
      return true;
    case abi::SCAN_DELETE:
      Erase(cursor_, std::min(cursor_ + 1, size_));
      return true;
    default:
      return false;
  }
}

/// Takes away units [from, to), and puts the cursor there.
void LineEditor::Erase(size_t from, size_t to) {
  std::copy(units_.begin() + static_cast<ptrdiff_t>(to),
            units_.begin() + static_cast<ptrdiff_t>(size_),
            units_.begin() + static_cast<ptrdiff_t>(from));
  size_ -= to - from;
  cursor_ = from;
}

std::optional<std::string_view> LineEditor::ToUtf8(std::span<char> out) const {
  return Utf16ToUtf8(std::span(units_).first(size_), out);
}

}  // namespace flint::efi
