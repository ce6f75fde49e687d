// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "efi/abi/protocol/simple_text.h"

namespace flint::efi {

/// A line of text that somebody edits.
///
/// Arrows, Home and End, or Control with a, e, b and f, move; Backspace and
/// Delete, or Control with d, take a character away, Control with k what
/// follows the cursor, with u what is before it, and with w a word.
class LineEditor final {
 public:
  /// As much as Linux takes on x86, without its NUL.
  static constexpr size_t kMaxUnits = 2047;

  /// Starts over with this UTF-8, the cursor at its end. False, and nothing is
  /// changed, if it is too long or no UTF-8.
  bool Set(std::string_view text);

  /// Takes a key. False if it means nothing here.
  bool OnKey(const abi::EFI_KEY_DATA& key);

  std::u16string_view text() const { return {units_.data(), size_}; }
  size_t cursor() const { return cursor_; }

  /// Writes the text as UTF-8; nothing if it does not fit.
  std::optional<std::string_view> ToUtf8(std::span<char> out) const;

 private:
  bool OnCharacter(char16_t character);
  bool OnControl(char16_t letter);
  bool OnScanCode(uint16_t code);
  void Erase(size_t from, size_t to);

  std::array<char16_t, kMaxUnits> units_{};
  size_t size_ = 0;
  size_t cursor_ = 0;
};

}  // namespace flint::efi
