// SPDX-License-Identifier: Apache-2.0
#include "efi/console/text_screen.h"

#include <algorithm>

#include "efi/console/character_width.h"
#include "platforms/base/unicode.h"

namespace flint::efi {
namespace {

constexpr int32_t kTabColumns = 8;
/// As many single steps cost less than saying where to go.
constexpr int32_t kMaxSmallSteps = 3;

constexpr char32_t kDelete = 0x7F;
constexpr char32_t kLastControl = 0x9F;

bool IsVisible(char32_t character) {
  return character >= U' ' &&
         (character < kDelete || character > kLastControl) &&
         character != kReplacementCharacter;
}

bool IsMovement(char32_t character) {
  return character == abi::CHAR_BACKSPACE || character == abi::CHAR_TAB ||
         character == abi::CHAR_LINEFEED ||
         character == abi::CHAR_CARRIAGE_RETURN;
}

/// Takes the next character off a terminated text, 0 at its end.
char32_t Take(const abi::CHAR16*& text) {
  if (*text == 0) return 0;
  // A pair of surrogates, or one unit.
  std::span<const char16_t> units(text, text[1] == 0 ? 1 : 2);
  const size_t before = units.size();
  const char32_t character = TakeUtf16(units);
  text += before - units.size();
  return character;
}

/// The colour's number on a terminal, where red and blue are swapped.
uint32_t TerminalColour(uint32_t colour) {
  return (colour & 2) | (colour & 1) << 2 | (colour & 4) >> 2;
}

uint32_t ForegroundCode(uint32_t attribute) {
  const uint32_t base = (attribute & abi::EFI_BRIGHT) != 0 ? 90 : 30;
  return base + TerminalColour(attribute & 7);
}

uint32_t BackgroundCode(uint32_t attribute) {
  return 40 + TerminalColour(attribute >> 4 & 7);
}

}  // namespace

bool TextScreen::CanShow(const abi::CHAR16* text) {
  while (const char32_t character = Take(text)) {
    if (!IsVisible(character) && !IsMovement(character)) return false;
  }
  return true;
}

bool TextScreen::Write(const abi::CHAR16* text) {
  bool all_shown = true;
  while (const char32_t character = Take(text)) {
    all_shown = Put(character) && all_shown;
  }
  FlushBuffer();
  return all_shown;
}

bool TextScreen::Put(char32_t character) {
  switch (character) {
    case abi::CHAR_BACKSPACE:
      mode_.CursorColumn = std::max(mode_.CursorColumn - 1, 0);
      return true;
    case abi::CHAR_TAB:
      PutTab();
      return true;
    case abi::CHAR_LINEFEED:
      LineFeed();
      return true;
    case abi::CHAR_CARRIAGE_RETURN:
      mode_.CursorColumn = 0;
      return true;
    default:
      break;
  }
  if (IsVisible(character)) {
    PutVisible(character);
    return true;
  }
  PutVisible(character == kReplacementCharacter ? character : U'?');
  return false;
}

void TextScreen::PutVisible(char32_t character) {
  const int32_t columns = ColumnsOf(character);
  if (mode_.CursorColumn + columns > size_.columns) {
    mode_.CursorColumn = 0;
    LineFeed();
  }
  SyncCursor();
  SyncAttribute();
  std::array<char, 4> bytes;
  size_t size = 0;
  if (AppendUtf8(character, bytes, size)) Send({bytes.data(), size});
  terminal_.column += columns;
  mode_.CursorColumn += columns;
  if (mode_.CursorColumn < size_.columns) return;
  mode_.CursorColumn = 0;
  LineFeed();
}

void TextScreen::PutTab() {
  do {
    PutVisible(U' ');
  } while (mode_.CursorColumn % kTabColumns != 0);
}

void TextScreen::LineFeed() {
  if (mode_.CursorRow + 1 < size_.rows) {
    ++mode_.CursorRow;
    return;
  }
  // The screen moves up, which cannot be made up for later. A terminal may
  // return to the first column by itself: it is made to.
  SyncCursor();
  if (terminal_.column != 0) Send("\r");
  Send("\n");
  terminal_.column = 0;
}

void TextScreen::SetCursor(uint8_t column, uint8_t row) {
  mode_.CursorColumn = column;
  mode_.CursorRow = row;
}

void TextScreen::ShowCursor(bool visible) {
  mode_.CursorVisible = visible ? abi::TRUE : abi::FALSE;
}

void TextScreen::Clear() {
  SyncAttribute();
  Send("\x1b[2J\x1b[H");
  FlushBuffer();
  terminal_ = {};
  SetCursor(0, 0);
}

void TextScreen::SetMode(size_t number) {
  size_ = kModes[number];
  mode_.Mode = static_cast<abi::INT32>(number);
  Clear();
}

void TextScreen::Reset() {
  SetAttribute(kDefaultAttribute);
  // Whatever the terminal has been through.
  terminal_attribute_ = -1;
  terminal_shows_cursor_ = false;
  ShowCursor(true);
  SetMode(0);
  Sync();
}

void TextScreen::Sync() {
  const bool wants_cursor = mode_.CursorVisible != abi::FALSE;
  // An invisible cursor may be anywhere.
  if (wants_cursor) SyncCursor();
  if (wants_cursor != terminal_shows_cursor_) {
    Send(wants_cursor ? "\x1b[?25h" : "\x1b[?25l");
    terminal_shows_cursor_ = wants_cursor;
  }
  FlushBuffer();
}

void TextScreen::Leave() {
  SetAttribute(kDefaultAttribute);
  SyncAttribute();
  ShowCursor(true);
  if (terminal_.column != 0) {
    mode_.CursorColumn = 0;
    LineFeed();
  }
  Sync();
}

void TextScreen::SyncCursor() {
  const Position target = cursor();
  if (terminal_ == target) return;
  if (!MoveInSmallSteps(target)) {
    Send("\x1b[");
    if (target != Position{}) SendNumber(static_cast<uint32_t>(target.row + 1));
    if (target.column != 0) {
      Send(";");
      SendNumber(static_cast<uint32_t>(target.column + 1));
    }
    Send("H");
  }
  terminal_ = target;
}

bool TextScreen::MoveInSmallSteps(const Position& target) {
  const int32_t down = target.row - terminal_.row;
  if (target.column == 0 && down >= 0 && down <= kMaxSmallSteps) {
    if (terminal_.column != 0) Send("\r");
    Send(std::string_view("\n\n\n").substr(0, static_cast<size_t>(down)));
    return true;
  }
  const int32_t left = terminal_.column - target.column;
  if (down == 0 && left > 0 && left <= kMaxSmallSteps &&
      terminal_.column < size_.columns) {
    Send(std::string_view("\b\b\b").substr(0, static_cast<size_t>(left)));
    return true;
  }
  return false;
}

void TextScreen::SyncAttribute() {
  if (terminal_attribute_ == mode_.Attribute) return;
  const auto wanted = static_cast<uint32_t>(mode_.Attribute);
  // What everybody starts with is whatever the terminal's owner likes to see.
  if (wanted == kDefaultAttribute) {
    Send("\x1b[m");
  } else {
    const bool has_colours =
        terminal_attribute_ != kDefaultAttribute && terminal_attribute_ >= 0;
    const auto shown = static_cast<uint32_t>(terminal_attribute_);
    const bool sets_foreground =
        !has_colours || ForegroundCode(shown) != ForegroundCode(wanted);
    const bool sets_background =
        !has_colours || BackgroundCode(shown) != BackgroundCode(wanted);
    Send("\x1b[");
    if (sets_foreground) SendNumber(ForegroundCode(wanted));
    if (sets_foreground && sets_background) Send(";");
    if (sets_background) SendNumber(BackgroundCode(wanted));
    Send("m");
  }
  terminal_attribute_ = mode_.Attribute;
}

void TextScreen::SendNumber(uint32_t number) {
  std::array<char, 10> digits;
  size_t first = digits.size();
  do {
    digits[--first] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  Send({digits.data() + first, digits.size() - first});
}

void TextScreen::Send(std::string_view bytes) {
  if (bytes.size() > buffer_.size() - buffered_) FlushBuffer();
  buffered_ += bytes.copy(buffer_.data() + buffered_, bytes.size());
}

void TextScreen::FlushBuffer() {
  if (buffered_ > 0) out_.Write({buffer_.data(), buffered_});
  buffered_ = 0;
}

}  // namespace flint::efi
