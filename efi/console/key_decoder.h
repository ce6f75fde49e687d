// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "efi/abi/protocol/simple_text.h"

namespace flint::efi {

/// Turns what a terminal sends into keys: UTF-8 text, control characters, and
/// the escape sequences of arrows, function keys and their modifiers, as xterm,
/// VT220, the Linux console and PuTTY have them.
///
/// An escape that nothing follows for a while is the Esc key; one before a
/// character is Alt. Sequences that mean no key, and bytes that mean nothing,
/// give none. Any bytes may come.
class KeyDecoder final {
 public:
  /// How long an escape waits for what may belong to it.
  static constexpr uint64_t kEscapeNs = 100'000'000;

  /// Takes a byte. It may complete a key.
  std::optional<abi::EFI_KEY_DATA> Take(uint8_t byte, uint64_t now_ns);

  /// True while what has come may be part of a sequence.
  bool is_waiting() const { return state_ != State::kText; }

  /// The key that is complete because nothing has followed for so long.
  std::optional<abi::EFI_KEY_DATA> TakeLate(uint64_t now_ns);

  void Reset() { *this = KeyDecoder(); }

 private:
  enum class State : uint8_t {
    kText,
    kUtf8,           // inside a character of several bytes
    kEscape,         // after ESC
    kSingleShift,    // after ESC O
    kControl,        // after ESC [, in the parameters of a sequence
    kLinuxFunction,  // after ESC [ [
  };

  std::optional<abi::EFI_KEY_DATA> TakeText(uint8_t byte);
  std::optional<abi::EFI_KEY_DATA> TakeContinuation(uint8_t byte);
  std::optional<abi::EFI_KEY_DATA> TakeAfterEscape(uint8_t byte);
  std::optional<abi::EFI_KEY_DATA> TakeControl(uint8_t byte);
  std::optional<abi::EFI_KEY_DATA> ControlKey(uint8_t final_byte) const;

  State state_ = State::kText;
  uint64_t last_byte_ns_ = 0;
  // Of a character.
  uint32_t character_ = 0;
  uint32_t smallest_character_ = 0;
  uint8_t bytes_left_ = 0;
  // Of a sequence; more parameters than this no key has.
  std::array<uint16_t, 2> parameters_{};
  uint8_t parameter_count_ = 0;
  bool is_private_ = false;
};

}  // namespace flint::efi
