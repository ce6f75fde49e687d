// SPDX-License-Identifier: Apache-2.0
#include "efi/console/key_translation.h"

namespace flint::efi {
namespace {

constexpr uint32_t kControl =
    abi::EFI_LEFT_CONTROL_PRESSED | abi::EFI_RIGHT_CONTROL_PRESSED;
constexpr uint32_t kAlt =
    abi::EFI_LEFT_ALT_PRESSED | abi::EFI_RIGHT_ALT_PRESSED;
constexpr uint32_t kShift =
    abi::EFI_LEFT_SHIFT_PRESSED | abi::EFI_RIGHT_SHIFT_PRESSED;

/// A terminal does not tell left from right: whichever is wanted will do.
bool HasShiftState(uint32_t wanted, uint32_t state) {
  for (const uint32_t either : {kControl, kAlt, kShift}) {
    if (((wanted & either) != 0) != ((state & either) != 0)) return false;
  }
  const uint32_t rest = ~(kControl | kAlt | kShift);
  return (wanted & rest & ~abi::EFI_SHIFT_STATE_VALID) ==
         (state & rest & ~abi::EFI_SHIFT_STATE_VALID);
}

bool IsSameKey(const abi::EFI_INPUT_KEY& a, const abi::EFI_INPUT_KEY& b) {
  return a.ScanCode == b.ScanCode && a.UnicodeChar == b.UnicodeChar;
}

}  // namespace

abi::EFI_INPUT_KEY ToSimpleKey(const abi::EFI_KEY_DATA& key) {
  abi::EFI_INPUT_KEY simple = key.Key;
  const char16_t character = simple.UnicodeChar;
  if ((key.KeyState.KeyShiftState & kControl) == 0) return simple;
  if (character >= u'a' && character <= u'z') {
    simple.UnicodeChar = static_cast<char16_t>(character - u'a' + 1);
  } else if (character >= u'[' && character <= u'_') {
    simple.UnicodeChar = static_cast<char16_t>(character - u'@');
  }
  return simple;
}

bool Matches(const abi::EFI_KEY_DATA& wanted, const abi::EFI_KEY_DATA& key) {
  if (wanted.KeyState.KeyToggleState != 0 &&
      wanted.KeyState.KeyToggleState != key.KeyState.KeyToggleState) {
    return false;
  }
  // Some ask for control characters instead of for control and a letter.
  if (wanted.KeyState.KeyShiftState == 0) {
    return IsSameKey(wanted.Key, key.Key) ||
           IsSameKey(wanted.Key, ToSimpleKey(key));
  }
  return IsSameKey(wanted.Key, key.Key) &&
         HasShiftState(wanted.KeyState.KeyShiftState,
                       key.KeyState.KeyShiftState);
}

}  // namespace flint::efi
