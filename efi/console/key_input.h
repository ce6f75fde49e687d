// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "drivers/clock/clock.h"
#include "drivers/console/text_input.h"
#include "efi/abi/event.h"
#include "efi/abi/protocol/simple_text.h"
#include "efi/abi/status.h"
#include "efi/console/key_decoder.h"
#include "efi/console/text_screen.h"
#include "efi/events/event_services.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// The keys of a terminal: those typed and not yet read, and who wants to be
/// told of which.
///
/// Nothing interrupts: keys come in when someone looks. Waiting for a key's
/// event looks; so does, while anybody wants to be told of keys, a timer.
class KeyInput final {
 public:
  /// What it is made of; all must outlive it.
  struct Parts {
    console::TextInput& in;
    clock::Clock& clock;
    EventServices& events;
    /// Brought up to date before someone who waits for keys looks at it.
    TextScreen* screen = nullptr;
  };

  explicit KeyInput(const Parts& parts) : parts_(parts) {}
  KeyInput(const KeyInput&) = delete;
  KeyInput& operator=(const KeyInput&) = delete;

  /// Makes the events; to be called once. kNoMemory.
  Status Start();

  /// Takes in what has been typed. True if there is a key to read.
  bool Look();

  /// The first key, after looking; nothing if there is none.
  std::optional<abi::EFI_KEY_DATA> TakeKey();

  /// Forgets all keys.
  void Reset();

  /// The events that are signaled while there is a key. [uefi-2.10 12.3, 12.2]
  abi::EFI_EVENT wait_for_key() const { return wait_for_key_; }
  abi::EFI_EVENT wait_for_key_ex() const { return wait_for_key_ex_; }

  /// What the locks on a keyboard would say: told with every key.
  void set_toggle_state(abi::EFI_KEY_TOGGLE_STATE state) {
    toggle_state_ = state;
  }

  /// Has `function` called, at TPL_CALLBACK, whenever that key is typed. The
  /// same twice is once. EFI_OUT_OF_RESOURCES.
  abi::EFI_STATUS Register(const abi::EFI_KEY_DATA& key,
                           abi::EFI_KEY_NOTIFY_FUNCTION function,
                           abi::VOID** handle);
  /// EFI_INVALID_PARAMETER: no such handle.
  abi::EFI_STATUS Unregister(const abi::VOID* handle);

 private:
  static constexpr size_t kMaxKeys = 64;
  static constexpr size_t kMaxRegistrations = 64;
  /// So many bytes at most are taken in one look, however many there are.
  static constexpr size_t kMaxBytesPerLook = 256;
  /// In units of 100 ns.
  static constexpr uint64_t kLookEvery = 10 * 10'000;

  /// The last keys, of which the oldest is dropped when there are too many.
  class Queue {
   public:
    bool empty() const { return count_ == 0; }
    void clear() { count_ = 0; }
    void Push(const abi::EFI_KEY_DATA& key);
    std::optional<abi::EFI_KEY_DATA> Pop();

   private:
    std::array<abi::EFI_KEY_DATA, kMaxKeys> keys_{};
    size_t first_ = 0;
    size_t count_ = 0;
  };

  struct Registration {
    abi::EFI_KEY_DATA key{};
    abi::EFI_KEY_NOTIFY_FUNCTION function = nullptr;  // null: free
  };

  static void EFIAPI OnWait(abi::EFI_EVENT event, abi::VOID* context);
  static void EFIAPI OnTimer(abi::EFI_EVENT event, abi::VOID* context);
  static void EFIAPI OnKeysToTell(abi::EFI_EVENT event, abi::VOID* context);

  abi::EFI_EVENT NewEvent(abi::UINT32 type,
                          abi::EFI_TPL tpl,
                          abi::EFI_EVENT_NOTIFY notify);
  void Add(const std::optional<abi::EFI_KEY_DATA>& key);
  void Tell(const abi::EFI_KEY_DATA& key);
  bool IsRegistered(const abi::EFI_KEY_DATA& key) const;
  void UpdateTimer();

  Parts parts_;
  KeyDecoder decoder_;
  Queue keys_;
  Queue keys_to_tell_;
  abi::EFI_KEY_TOGGLE_STATE toggle_state_ = 0;
  std::array<Registration, kMaxRegistrations> registrations_{};
  size_t registration_count_ = 0;
  abi::EFI_EVENT wait_for_key_ = nullptr;
  abi::EFI_EVENT wait_for_key_ex_ = nullptr;
  abi::EFI_EVENT timer_ = nullptr;
  abi::EFI_EVENT has_keys_to_tell_ = nullptr;
};

}  // namespace flint::efi
