// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "drivers/console/text_output.h"
#include "efi/abi/protocol/simple_text.h"

namespace flint::efi {

/// A screen of characters on a terminal at the far end of a line of bytes.
///
/// Knows where it wants the terminal's cursor and colours to be and where they
/// are, and sends what makes the difference only when a character is to be
/// shown, or someone looks (`Sync`): a character costs a character, moving
/// about costs nothing. Text leaves as UTF-8, all else as ECMA-48 sequences.
class TextScreen final {
 public:
  struct Size {
    uint8_t columns;
    uint8_t rows;
  };

  /// By mode number. The first two are the specification's. [uefi-2.10 12.4]
  static constexpr std::array<Size, 4> kModes{
      {{80, 25}, {80, 50}, {100, 31}, {128, 40}}};

  /// Sends nothing yet. `out` must outlive the screen.
  explicit TextScreen(console::TextOutput& out) : out_(out) {}
  TextScreen(const TextScreen&) = delete;
  TextScreen& operator=(const TextScreen&) = delete;

  /// What the protocol's `Mode` points to: always as if all were sent.
  abi::SIMPLE_TEXT_OUTPUT_MODE* abi_mode() { return &mode_; }

  const Size& size() const { return size_; }

  /// Shows a text up to its terminator: characters, and what backspace, tab,
  /// line feed and carriage return do. False if it has others, which are shown
  /// as "?" or U+FFFD.
  bool Write(const abi::CHAR16* text);

  /// True if `Write` could show it all.
  static bool CanShow(const abi::CHAR16* text);

  /// Clears the screen in the current colours; the cursor goes home.
  void Clear();

  /// `number` must be that of a mode. Clears the screen.
  void SetMode(size_t number);

  /// Back to the first mode and to the colours and cursor of the start.
  void Reset();

  /// At most 0x7F.
  void SetAttribute(uint8_t attribute) { mode_.Attribute = attribute; }

  /// Must be on the screen.
  void SetCursor(uint8_t column, uint8_t row);

  void ShowCursor(bool visible);

  /// Leaves the terminal as it was at the start, at the beginning of a line,
  /// for whoever writes to it next. The screen is not to be used any more.
  void Leave();

  /// Makes the terminal's cursor what it should be, for someone to look at.
  void Sync();

 private:
  struct Position {
    int32_t column = 0;
    int32_t row = 0;
    bool operator==(const Position&) const = default;
  };

  static constexpr uint8_t kDefaultAttribute =
      abi::EFI_LIGHTGRAY | abi::EFI_BACKGROUND_BLACK;

  Position cursor() const { return {mode_.CursorColumn, mode_.CursorRow}; }

  bool Put(char32_t character);
  void PutVisible(char32_t character);
  void PutTab();
  void LineFeed();
  void SyncCursor();
  bool MoveInSmallSteps(const Position& target);
  void SyncAttribute();
  void Send(std::string_view bytes);
  void SendNumber(uint32_t number);
  void FlushBuffer();

  console::TextOutput& out_;
  Size size_ = kModes[0];
  abi::SIMPLE_TEXT_OUTPUT_MODE mode_{.MaxMode = kModes.size(),
                                     .Mode = 0,
                                     .Attribute = kDefaultAttribute,
                                     .CursorColumn = 0,
                                     .CursorRow = 0,
                                     .CursorVisible = abi::TRUE};

  // What the terminal is like. A column beyond the last one: it has shown a
  // character there, and where its cursor is now is its own affair.
  Position terminal_;
  int32_t terminal_attribute_ = kDefaultAttribute;
  bool terminal_shows_cursor_ = true;

  std::array<char, 128> buffer_;
  size_t buffered_ = 0;
};

}  // namespace flint::efi
