// SPDX-License-Identifier: Apache-2.0
// Whatever is done to a screen, the terminal shows what the specification says
// it should: a model that does everything at once, against one that sends as
// little as it can.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "efi/console/fake_terminal.h"
#include "efi/console/text_screen.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

constexpr int kColumns = 80;
constexpr int kRows = 25;

/// The specification's screen.
class Model {
 public:
  Model() { Clear(); }

  void Put(char16_t c) {
    if (c == u'\r') {
      column = 0;
    } else if (c == u'\n') {
      LineFeed();
    } else if (c == u'\b') {
      column = std::max(column - 1, 0);
    } else {
      cells[static_cast<size_t>(row * kColumns + column)] =
          static_cast<char>(c);
      if (++column < kColumns) return;
      column = 0;
      LineFeed();
    }
  }

  void Clear() {
    cells.assign(kColumns * kRows, u' ');
    column = row = 0;
  }

  std::string Row(int number) const {
    const auto begin = cells.begin() + number * kColumns;
    std::string text(begin, begin + kColumns);
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  }

  std::vector<char> cells;
  int column = 0;
  int row = 0;

 private:
  void LineFeed() {
    if (row + 1 < kRows) {
      ++row;
      return;
    }
    cells.erase(cells.begin(), cells.begin() + kColumns);
    cells.insert(cells.end(), kColumns, ' ');
  }
};

TEST(TextScreenModel, ShowsWhatTheModelShows) {
  std::mt19937 random(7);
  FakeTerminal terminal(kColumns, kRows);
  TextScreen screen(terminal);
  Model model;
  for (int step = 0; step < 20'000; ++step) {
    const unsigned choice = random() % 100;
    if (choice < 70) {
      std::u16string text;
      for (unsigned i = random() % 30; i > 0; --i) {
        text += u"abcdefghij \r\n\b"[random() % 14];
      }
      for (const char16_t c : text) model.Put(c);
      EXPECT_TRUE(screen.Write(text.data()));
    } else if (choice < 95) {
      model.column = static_cast<int>(random() % kColumns);
      model.row = static_cast<int>(random() % kRows);
      screen.SetCursor(static_cast<uint8_t>(model.column),
                       static_cast<uint8_t>(model.row));
    } else if (choice < 96) {
      model.Clear();
      screen.Clear();
    } else {
      screen.Sync();
      ASSERT_EQ(terminal.column(), model.column);
      ASSERT_EQ(terminal.row(), model.row);
    }
    ASSERT_EQ(screen.abi_mode()->CursorColumn, model.column);
    ASSERT_EQ(screen.abi_mode()->CursorRow, model.row);
    if (step % 16 != 0) continue;
    for (int row = 0; row < kRows; ++row) {
      ASSERT_EQ(terminal.Row(row), model.Row(row)) << "step " << step;
    }
  }
}

}  // namespace
}  // namespace flint::efi
