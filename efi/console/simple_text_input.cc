// SPDX-License-Identifier: Apache-2.0
#include "efi/console/simple_text_input.h"

#include "efi/abi/status.h"
#include "efi/console/key_translation.h"

namespace flint::efi {
namespace {

using abi::BOOLEAN;
using abi::EFI_INPUT_KEY;
using abi::EFI_KEY_DATA;
using abi::EFI_KEY_NOTIFY_FUNCTION;
using abi::EFI_KEY_TOGGLE_STATE;
using abi::EFI_STATUS;
using abi::VOID;
using Protocol = abi::EFI_SIMPLE_TEXT_INPUT_PROTOCOL;
using ProtocolEx = abi::EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL;

KeyInput& InputOf(Protocol* self) {
  return static_cast<SimpleTextInput*>(self)->input();
}
KeyInput& InputOf(ProtocolEx* self) {
  return static_cast<SimpleTextInputEx*>(self)->input();
}

EFI_STATUS EFIAPI Reset(Protocol* self, BOOLEAN) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  InputOf(self).Reset();
  return abi::EFI_SUCCESS;
}

EFI_STATUS EFIAPI ReadKeyStroke(Protocol* self, EFI_INPUT_KEY* key) {
  if (self == nullptr || key == nullptr) return abi::EFI_INVALID_PARAMETER;
  const auto taken = InputOf(self).TakeKey();
  if (!taken) return abi::EFI_NOT_READY;
  *key = ToSimpleKey(*taken);
  return abi::EFI_SUCCESS;
}

EFI_STATUS EFIAPI ResetEx(ProtocolEx* self, BOOLEAN) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  InputOf(self).Reset();
  return abi::EFI_SUCCESS;
}

EFI_STATUS EFIAPI ReadKeyStrokeEx(ProtocolEx* self, EFI_KEY_DATA* key) {
  if (self == nullptr || key == nullptr) return abi::EFI_INVALID_PARAMETER;
  const auto taken = InputOf(self).TakeKey();
  // There is no key, and so no state: callers may look at it nonetheless.
  *key = taken.value_or(EFI_KEY_DATA{});
  return taken ? abi::EFI_SUCCESS : abi::EFI_NOT_READY;
}

EFI_STATUS EFIAPI SetState(ProtocolEx* self, EFI_KEY_TOGGLE_STATE* state) {
  constexpr EFI_KEY_TOGGLE_STATE kKnown =
      abi::EFI_TOGGLE_STATE_VALID | abi::EFI_KEY_STATE_EXPOSED |
      abi::EFI_SCROLL_LOCK_ACTIVE | abi::EFI_NUM_LOCK_ACTIVE |
      abi::EFI_CAPS_LOCK_ACTIVE;
  if (self == nullptr || state == nullptr) return abi::EFI_INVALID_PARAMETER;
  if ((*state & abi::EFI_TOGGLE_STATE_VALID) == 0 || (*state & ~kKnown) != 0) {
    return abi::EFI_UNSUPPORTED;
  }
  InputOf(self).set_toggle_state(*state);
  return abi::EFI_SUCCESS;
}

EFI_STATUS EFIAPI RegisterKeyNotify(ProtocolEx* self,
                                    EFI_KEY_DATA* key,
                                    EFI_KEY_NOTIFY_FUNCTION function,
                                    VOID** handle) {
  if (self == nullptr || key == nullptr || function == nullptr ||
      handle == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  return InputOf(self).Register(*key, function, handle);
}

EFI_STATUS EFIAPI UnregisterKeyNotify(ProtocolEx* self, VOID* handle) {
  if (self == nullptr || handle == nullptr) return abi::EFI_INVALID_PARAMETER;
  return InputOf(self).Unregister(handle);
}

}  // namespace

SimpleTextInput::SimpleTextInput(KeyInput& input)
    : EFI_SIMPLE_TEXT_INPUT_PROTOCOL{.Reset = efi::Reset,
                                     .ReadKeyStroke = efi::ReadKeyStroke,
                                     .WaitForKey = input.wait_for_key()},
      input_(input) {}

SimpleTextInputEx::SimpleTextInputEx(KeyInput& input)
    : EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL{.Reset = ResetEx,
                                        .ReadKeyStrokeEx = efi::ReadKeyStrokeEx,
                                        .WaitForKeyEx = input.wait_for_key_ex(),
                                        .SetState = efi::SetState,
                                        .RegisterKeyNotify =
                                            efi::RegisterKeyNotify,
                                        .UnregisterKeyNotify =
                                            efi::UnregisterKeyNotify},
      input_(input) {}

}  // namespace flint::efi
