// SPDX-License-Identifier: Apache-2.0
#include "efi/console/fake_terminal.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "gtest/gtest.h"
#include "platforms/base/unicode.h"

namespace flint::efi {

FakeTerminal::FakeTerminal(int columns, int rows)
    : columns_(columns), rows_(rows) {
  Clear();
}

void FakeTerminal::Clear() {
  Cell blank = colours_;
  blank.character = U' ';
  cells_.assign(static_cast<size_t>(columns_ * rows_), blank);
}

std::optional<uint8_t> FakeTerminal::ReadByte() {
  if (typed_.empty()) return std::nullopt;
  const auto byte = static_cast<uint8_t>(typed_.front());
  typed_.pop_front();
  return byte;
}

void FakeTerminal::Write(std::string_view bytes) {
  ++write_count_;
  sent_ += bytes;
  while (!bytes.empty()) {
    switch (bytes.front()) {
      case '\x1b':
        TakeSequence(bytes);
        continue;
      case '\r':
        column_ = 0;
        break;
      case '\n':
        LineFeed();
        break;
      case '\b':
        EXPECT_LT(column_, columns_) << "terminals differ about this";
        column_ = std::max(column_ - 1, 0);
        break;
      default:
        Put(TakeUtf8(bytes));
        continue;
    }
    bytes.remove_prefix(1);
  }
}

void FakeTerminal::Put(char32_t character) {
  EXPECT_GE(character, U' ') << "an unexpected control character";
  EXPECT_NE(character, U'\x7f');
  if (column_ == columns_) {
    column_ = 0;
    LineFeed();
  }
  Cell& cell = cells_[static_cast<size_t>(row_ * columns_ + column_)];
  cell = colours_;
  cell.character = character;
  ++column_;
}

void FakeTerminal::LineFeed() {
  if (row_ + 1 < rows_) {
    ++row_;
    return;
  }
  cells_.erase(cells_.begin(), cells_.begin() + columns_);
  Cell blank = colours_;
  blank.character = U' ';
  cells_.insert(cells_.end(), static_cast<size_t>(columns_), blank);
}

void FakeTerminal::TakeSequence(std::string_view& bytes) {
  bytes.remove_prefix(1);
  ASSERT_TRUE(bytes.starts_with('['));
  const auto end = std::find_if(bytes.begin() + 1, bytes.end(), [](char c) {
    return c >= '@' && c <= '~';
  });
  ASSERT_NE(end, bytes.end()) << "a sequence in two pieces";
  Execute(std::string(bytes.begin() + 1, end), *end);
  bytes.remove_prefix(static_cast<size_t>(end - bytes.begin()) + 1);
}

void FakeTerminal::Execute(const std::string& parameters, char final_byte) {
  if (parameters == "?25") {
    ASSERT_TRUE(final_byte == 'h' || final_byte == 'l');
    shows_cursor_ = final_byte == 'h';
    return;
  }
  std::vector<int> numbers;
  std::istringstream in(parameters);
  for (std::string number; std::getline(in, number, ';');) {
    numbers.push_back(number.empty() ? 0 : std::stoi(number));
  }
  switch (final_byte) {
    case 'H':
      numbers.resize(2, 1);
      row_ = std::clamp(numbers[0], 1, rows_) - 1;
      column_ = std::clamp(numbers[1], 1, columns_) - 1;
      break;
    case 'J':
      ASSERT_EQ(parameters, "2");
      Clear();
      break;
    case 'm':
      SetColours(numbers);
      break;
    default:
      FAIL() << "unknown sequence " << parameters << final_byte;
  }
}

void FakeTerminal::SetColours(const std::vector<int>& codes) {
  if (codes.empty()) colours_ = {};
  for (const int code : codes) {
    if (code >= 30 && code <= 37) {
      colours_.foreground = code - 30;
    } else if (code >= 90 && code <= 97) {
      colours_.foreground = code - 90 + 8;
    } else if (code >= 40 && code <= 47) {
      colours_.background = code - 40;
    } else {
      FAIL() << "unknown colour " << code;
    }
  }
}

std::string FakeTerminal::Row(int row) const {
  std::string text;
  for (int column = 0; column < columns_; ++column) {
    std::array<char, 4> bytes{};
    size_t size = 0;
    EXPECT_TRUE(AppendUtf8(At(column, row).character, bytes, size));
    text.append(bytes.data(), size);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace flint::efi
