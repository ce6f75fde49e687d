// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "efi/console/text_screen.h"

namespace flint::efi {

/// A picture of characters that is drawn anew each time, and of which only what
/// has changed is sent.
///
/// One column less than the screen has: after the last one a terminal may begin
/// a new line.
class Canvas final {
 public:
  static constexpr size_t kColumns = TextScreen::kModes[0].columns - 1;
  static constexpr size_t kRows = TextScreen::kModes[0].rows;

  struct Position {
    size_t column = 0;
    size_t row = 0;
  };

  static constexpr uint8_t kNormal =
      abi::EFI_LIGHTGRAY | abi::EFI_BACKGROUND_BLACK;
  static constexpr uint8_t kBright = abi::EFI_WHITE | abi::EFI_BACKGROUND_BLACK;
  static constexpr uint8_t kInverse =
      abi::EFI_BLACK | abi::EFI_BACKGROUND_LIGHTGRAY;

  /// Starts a new picture, empty and without a cursor.
  void Begin();

  /// Draws text from there to the end of the row; the rest is cut. What does
  /// not take exactly one column is drawn as "?". `row` is below `kRows`.
  void Draw(Position at, std::string_view utf8, uint8_t attribute = kNormal);
  void Draw(Position at, std::u16string_view text, uint8_t attribute = kNormal);

  /// Puts a cursor there.
  void DrawCursor(Position at) { cursor_ = at; }

  /// Makes the screen, in its first mode, look like the picture.
  void Show(TextScreen& screen);

  /// What is drawn in a row, without the blanks at its end.
  std::u16string_view row(size_t row) const;

 private:
  struct Picture {
    std::array<std::array<char16_t, kColumns>, kRows> characters;
    std::array<std::array<uint8_t, kColumns>, kRows> attributes;
  };

  void DrawCell(Position at, char32_t character, uint8_t attribute);
  bool Differs(size_t row, size_t column) const;
  void ShowRow(size_t row, TextScreen& screen);
  size_t ShowRun(size_t row, size_t column, TextScreen& screen);

  Picture drawn_{};
  Picture shown_{};
  std::optional<Position> cursor_;
  bool is_cleared_ = false;
};

}  // namespace flint::efi
