// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_menu/canvas.h"

#include <algorithm>
#include <span>

#include "efi/console/character_width.h"
#include "platforms/base/unicode.h"

namespace flint::efi {
namespace {

/// True if a terminal shows the character, and in one column. The canvas has
/// one unit a cell.
bool FitsACell(char32_t character) {
  constexpr char32_t kDelete = 0x7F;
  constexpr char32_t kLastControl = 0x9F;
  return character >= U' ' && character <= 0xFFFF &&
         (character < kDelete || character > kLastControl) &&
         ColumnsOf(character) == 1;
}

}  // namespace

void Canvas::Begin() {
  for (auto& row : drawn_.characters) row.fill(u' ');
  for (auto& row : drawn_.attributes) row.fill(kNormal);
  cursor_.reset();
}

void Canvas::Draw(Position at, std::string_view utf8, uint8_t attribute) {
  for (; !utf8.empty() && at.column < kColumns; ++at.column) {
    DrawCell(at, TakeUtf8(utf8), attribute);
  }
}

void Canvas::Draw(Position at, std::u16string_view text, uint8_t attribute) {
  for (const char16_t unit : text.substr(0, kColumns - at.column)) {
    DrawCell(at, unit, attribute);
    ++at.column;
  }
}

void Canvas::DrawCell(Position at, char32_t character, uint8_t attribute) {
  drawn_.characters[at.row][at.column] =
      FitsACell(character) ? static_cast<char16_t>(character) : u'?';
  drawn_.attributes[at.row][at.column] = attribute;
}

void Canvas::Show(TextScreen& screen) {
  if (!is_cleared_) {
    screen.Reset();
    for (auto& row : shown_.characters) row.fill(u' ');
    for (auto& row : shown_.attributes) row.fill(kNormal);
    is_cleared_ = true;
  }
  for (size_t row = 0; row < kRows; ++row) ShowRow(row, screen);
  screen.SetAttribute(kNormal);
  screen.ShowCursor(cursor_.has_value());
  if (cursor_) {
    screen.SetCursor(static_cast<uint8_t>(cursor_->column),
                     static_cast<uint8_t>(cursor_->row));
  }
  screen.Sync();
  shown_ = drawn_;
}

bool Canvas::Differs(size_t row, size_t column) const {
  return drawn_.characters[row][column] != shown_.characters[row][column] ||
         drawn_.attributes[row][column] != shown_.attributes[row][column];
}

void Canvas::ShowRow(size_t row, TextScreen& screen) {
  for (size_t column = 0; column < kColumns;) {
    if (Differs(row, column)) {
      column = ShowRun(row, column, screen);
    } else {
      ++column;
    }
  }
}

/// Sends changed cells of one attribute; returns the column after them.
size_t Canvas::ShowRun(size_t row, size_t column, TextScreen& screen) {
  const uint8_t attribute = drawn_.attributes[row][column];
  std::array<char16_t, kColumns + 1> text{};
  size_t size = 0;
  screen.SetCursor(static_cast<uint8_t>(column), static_cast<uint8_t>(row));
  while (column < kColumns && Differs(row, column) &&
         drawn_.attributes[row][column] == attribute) {
    text[size++] = drawn_.characters[row][column++];
  }
  screen.SetAttribute(attribute);
  screen.Write(text.data());
  return column;
}

std::u16string_view Canvas::row(size_t row) const {
  const std::u16string_view text(drawn_.characters[row].data(), kColumns);
  return text.substr(0, text.find_last_not_of(u' ') + 1);
}

}  // namespace flint::efi
