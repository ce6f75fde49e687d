// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_menu/boot_menu.h"

#include <algorithm>

#include "platforms/base/format.h"

namespace flint::efi {
namespace {

// Where things are.
constexpr size_t kMargin = 2;
constexpr size_t kTitleRow = 0;
constexpr size_t kFirstEntryRow = 2;
constexpr size_t kDetailRow = Canvas::kRows - 4;
constexpr size_t kHelpRow = Canvas::kRows - 2;
constexpr size_t kCountdownRow = Canvas::kRows - 1;
constexpr size_t kEntryRows = kDetailRow - kFirstEntryRow - 1;

// The editor's text, a unit a cell, row below row.
constexpr size_t kEditColumns = Canvas::kColumns - 2 * kMargin;

}  // namespace

void BootMenu::OnKey(const abi::EFI_KEY_DATA& key) {
  seconds_left_ = kForever;
  switch (state_) {
    case State::kChoosing:
      OnListKey(key.Key);
      break;
    case State::kEditing:
      OnEditKey(key);
      break;
    case State::kChosen:
      break;
  }
}

void BootMenu::OnSecond() {
  if (state_ != State::kChoosing || !is_counting()) return;
  if (--seconds_left_ == 0) state_ = State::kChosen;
}

void BootMenu::OnListKey(const abi::EFI_INPUT_KEY& key) {
  const size_t last = entries_.size() - 1;
  switch (key.ScanCode) {
    case abi::SCAN_UP:
      return Select(selected_ - std::min<size_t>(selected_, 1));
    case abi::SCAN_DOWN:
      return Select(std::min(selected_ + 1, last));
    case abi::SCAN_PAGE_UP:
      return Select(selected_ - std::min(selected_, kEntryRows));
    case abi::SCAN_PAGE_DOWN:
      return Select(std::min(selected_ + kEntryRows, last));
    case abi::SCAN_HOME:
      return Select(0);
    case abi::SCAN_END:
      return Select(last);
    default:
      break;
  }
  switch (key.UnicodeChar) {
    case abi::CHAR_CARRIAGE_RETURN:
    case abi::CHAR_LINEFEED:
      state_ = State::kChosen;
      break;
    case u'e':
      Edit();
      break;
    default:
      break;
  }
}

void BootMenu::OnEditKey(const abi::EFI_KEY_DATA& key) {
  if (key.Key.ScanCode == abi::SCAN_ESC) {
    state_ = State::kChoosing;
    return;
  }
  switch (key.Key.UnicodeChar) {
    case abi::CHAR_CARRIAGE_RETURN:
    case abi::CHAR_LINEFEED:
      is_edited_ = true;
      state_ = State::kChosen;
      break;
    default:
      editor_.OnKey(key);
      break;
  }
}

void BootMenu::Select(size_t index) {
  selected_ = index;
  first_shown_ = std::min(first_shown_, index);
  if (index - first_shown_ >= kEntryRows) {
    first_shown_ = index - kEntryRows + 1;
  }
}

void BootMenu::Edit() {
  const auto& command_line = entries_[selected_].command_line;
  if (command_line && editor_.Set(*command_line)) state_ = State::kEditing;
}

void BootMenu::Draw(Canvas& canvas) const {
  canvas.Begin();
  if (state_ == State::kEditing) {
    DrawEditor(canvas);
  } else {
    DrawList(canvas);
  }
}

void BootMenu::DrawList(Canvas& canvas) const {
  canvas.Draw({kMargin, kTitleRow}, "Flint boot menu", Canvas::kBright);
  const auto shown = entries_.subspan(
      first_shown_, std::min(kEntryRows, entries_.size() - first_shown_));
  for (size_t i = 0; i < shown.size(); ++i) {
    const bool is_selected = first_shown_ + i == selected_;
    const size_t row = kFirstEntryRow + i;
    if (is_selected) canvas.Draw({0, row}, ">", Canvas::kBright);
    canvas.Draw({kMargin, row},
                shown[i].title,
                is_selected ? Canvas::kInverse : Canvas::kNormal);
  }
  if (first_shown_ > 0) canvas.Draw({0, kFirstEntryRow - 1}, "^");
  if (first_shown_ + shown.size() < entries_.size()) {
    canvas.Draw({0, kDetailRow - 1}, "v");
  }
  const MenuEntry& selected = entries_[selected_];
  canvas.Draw({kMargin, kDetailRow}, selected.detail);
  canvas.Draw({kMargin, kHelpRow},
              selected.command_line
                  ? "Up, Down: select    Enter: boot    e: edit command line"
                  : "Up, Down: select    Enter: boot");
  if (is_counting()) {
    FixedText<Canvas::kColumns> countdown;
    countdown.AppendFormat("Booting in {} s", seconds_left_);
    canvas.Draw({kMargin, kCountdownRow}, countdown.view());
  }
}

void BootMenu::DrawEditor(Canvas& canvas) const {
  canvas.Draw({kMargin, kTitleRow}, "Command line of", Canvas::kBright);
  canvas.Draw(
      {kMargin + 16, kTitleRow}, entries_[selected_].title, Canvas::kBright);
  // A text of more rows than there are is shown around the cursor.
  const size_t cursor_row = editor_.cursor() / kEditColumns;
  const size_t first_row =
      cursor_row < kEntryRows ? 0 : cursor_row - kEntryRows + 1;
  std::u16string_view rest = editor_.text();
  rest.remove_prefix(std::min(first_row * kEditColumns, rest.size()));
  for (size_t row = 0; row < kEntryRows && !rest.empty(); ++row) {
    const std::u16string_view line = rest.substr(0, kEditColumns);
    canvas.Draw({kMargin, kFirstEntryRow + row}, line);
    rest.remove_prefix(line.size());
  }
  canvas.Draw({kMargin, kHelpRow}, "Enter: boot    Esc: back to the menu");
  canvas.DrawCursor({kMargin + editor_.cursor() % kEditColumns,
                     kFirstEntryRow + cursor_row - first_row});
}

std::optional<std::string_view> BootMenu::command_line(
    std::span<char> out) const {
  return is_edited_ ? editor_.ToUtf8(out) : std::nullopt;
}

}  // namespace flint::efi
