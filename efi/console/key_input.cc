// SPDX-License-Identifier: Apache-2.0
#include "efi/console/key_input.h"

#include <algorithm>

#include "efi/console/key_translation.h"

namespace flint::efi {
namespace {

using abi::EFI_EVENT;
using abi::EFI_KEY_DATA;
using abi::EFI_STATUS;

KeyInput& InputOf(abi::VOID* context) {
  return *static_cast<KeyInput*>(context);
}

bool IsSame(const EFI_KEY_DATA& a, const EFI_KEY_DATA& b) {
  return a.Key.ScanCode == b.Key.ScanCode &&
         a.Key.UnicodeChar == b.Key.UnicodeChar &&
         a.KeyState.KeyShiftState == b.KeyState.KeyShiftState &&
         a.KeyState.KeyToggleState == b.KeyState.KeyToggleState;
}

}  // namespace

void KeyInput::Queue::Push(const EFI_KEY_DATA& key) {
  if (count_ == keys_.size()) static_cast<void>(Pop());
  keys_[(first_ + count_++) % keys_.size()] = key;
}

std::optional<EFI_KEY_DATA> KeyInput::Queue::Pop() {
  if (empty()) return std::nullopt;
  const EFI_KEY_DATA key = keys_[first_];
  first_ = (first_ + 1) % keys_.size();
  --count_;
  return key;
}

Status KeyInput::Start() {
  wait_for_key_ = NewEvent(abi::EVT_NOTIFY_WAIT, abi::TPL_NOTIFY, OnWait);
  wait_for_key_ex_ = NewEvent(abi::EVT_NOTIFY_WAIT, abi::TPL_NOTIFY, OnWait);
  timer_ = NewEvent(
      abi::EVT_TIMER | abi::EVT_NOTIFY_SIGNAL, abi::TPL_CALLBACK, OnTimer);
  has_keys_to_tell_ =
      NewEvent(abi::EVT_NOTIFY_SIGNAL, abi::TPL_CALLBACK, OnKeysToTell);
  if (wait_for_key_ == nullptr || wait_for_key_ex_ == nullptr ||
      timer_ == nullptr || has_keys_to_tell_ == nullptr) {
    return Fail(ErrorCode::kNoMemory, "no memory for the console's events");
  }
  return {};
}

EFI_EVENT KeyInput::NewEvent(abi::UINT32 type,
                             abi::EFI_TPL tpl,
                             abi::EFI_EVENT_NOTIFY notify) {
  EFI_EVENT event = nullptr;
  const EFI_STATUS status =
      parts_.events.CreateEvent(type, tpl, notify, this, &event);
  return abi::EFI_ERROR(status) ? nullptr : event;
}

void EFIAPI KeyInput::OnWait(EFI_EVENT event, abi::VOID* context) {
  KeyInput& self = InputOf(context);
  if (self.Look()) self.parts_.events.SignalEvent(event);
}

void EFIAPI KeyInput::OnTimer(EFI_EVENT, abi::VOID* context) {
  InputOf(context).Look();
}

void EFIAPI KeyInput::OnKeysToTell(EFI_EVENT, abi::VOID* context) {
  KeyInput& self = InputOf(context);
  while (const auto key = self.keys_to_tell_.Pop()) self.Tell(*key);
}

bool KeyInput::Look() {
  if (parts_.screen != nullptr) parts_.screen->Sync();
  for (size_t i = 0; i < kMaxBytesPerLook; ++i) {
    const std::optional<uint8_t> byte = parts_.in.ReadByte();
    if (!byte) break;
    // The time matters only to an escape that nothing follows.
    const bool may_be_late = decoder_.is_waiting() || *byte == 0x1B;
    const uint64_t now = may_be_late ? parts_.clock.NowNs() : 0;
    if (may_be_late) Add(decoder_.TakeLate(now));
    Add(decoder_.Take(*byte, now));
  }
  if (decoder_.is_waiting()) Add(decoder_.TakeLate(parts_.clock.NowNs()));
  // Last: whoever is told may read keys.
  if (!keys_to_tell_.empty()) parts_.events.SignalEvent(has_keys_to_tell_);
  return !keys_.empty();
}

std::optional<EFI_KEY_DATA> KeyInput::TakeKey() {
  // What an image calls in a loop is when time passes.
  parts_.events.Poll();
  Look();
  return keys_.Pop();
}

void KeyInput::Reset() {
  decoder_.Reset();
  keys_.clear();
  keys_to_tell_.clear();
}

void KeyInput::Add(const std::optional<EFI_KEY_DATA>& key) {
  if (!key) return;
  EFI_KEY_DATA told = *key;
  told.KeyState.KeyToggleState = toggle_state_;
  keys_.Push(told);
  if (IsRegistered(told)) keys_to_tell_.Push(told);
}

bool KeyInput::IsRegistered(const EFI_KEY_DATA& key) const {
  return std::ranges::any_of(registrations_,
                             [&key](const Registration& registration) {
                               return registration.function != nullptr &&
                                      Matches(registration.key, key);
                             });
}

/// Functions may register and unregister, themselves too.
void KeyInput::Tell(const EFI_KEY_DATA& key) {
  for (const Registration& registration : registrations_) {
    if (registration.function == nullptr || !Matches(registration.key, key)) {
      continue;
    }
    EFI_KEY_DATA copy = key;
    registration.function(&copy);
  }
}

EFI_STATUS KeyInput::Register(const EFI_KEY_DATA& key,
                              abi::EFI_KEY_NOTIFY_FUNCTION function,
                              abi::VOID** handle) {
  Registration* place = nullptr;
  for (Registration& registration : registrations_) {
    if (registration.function == function && IsSame(registration.key, key)) {
      *handle = &registration;
      return abi::EFI_SUCCESS;
    }
    if (registration.function == nullptr && place == nullptr) {
      place = &registration;
    }
  }
  if (place == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  *place = {.key = key, .function = function};
  *handle = place;
  ++registration_count_;
  UpdateTimer();
  return abi::EFI_SUCCESS;
}

EFI_STATUS KeyInput::Unregister(const abi::VOID* handle) {
  for (Registration& registration : registrations_) {
    if (&registration != handle || registration.function == nullptr) continue;
    registration = {};
    --registration_count_;
    UpdateTimer();
    return abi::EFI_SUCCESS;
  }
  return abi::EFI_INVALID_PARAMETER;
}

void KeyInput::UpdateTimer() {
  parts_.events.SetTimer(
      timer_,
      registration_count_ > 0 ? abi::TimerPeriodic : abi::TimerCancel,
      kLookEvery);
}

}  // namespace flint::efi
