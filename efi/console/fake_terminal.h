// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/console/text_input.h"
#include "drivers/console/text_output.h"

namespace flint::efi {

/// The terminal at the other end of the line: shows what it is sent, as xterm
/// does, and sends what is typed. Stricter: a sequence it does not know fails
/// the test.
class FakeTerminal final : public console::TextOutput,
                           public console::TextInput {
 public:
  struct Cell {
    char32_t character = U' ';
    int foreground = -1;  // -1: the owner's own
    int background = -1;
    bool operator==(const Cell&) const = default;
  };

  FakeTerminal(int columns, int rows);

  void Write(std::string_view bytes) override;
  std::optional<uint8_t> ReadByte() override;

  void Type(std::string_view bytes) {
    typed_.insert(typed_.end(), bytes.begin(), bytes.end());
  }

  /// All that was sent since the last time.
  std::string TakeSent() { return std::exchange(sent_, {}); }
  /// In how many calls.
  int write_count() const { return write_count_; }

  const Cell& At(int column, int row) const {
    return cells_[static_cast<size_t>(row * columns_ + column)];
  }
  /// The text of a row, without the spaces at its end.
  std::string Row(int row) const;

  /// Where the next character would go, were there no wrapping.
  int column() const { return column_; }
  int row() const { return row_; }
  bool shows_cursor() const { return shows_cursor_; }

 private:
  void Put(char32_t character);
  void LineFeed();
  void Clear();
  void TakeSequence(std::string_view& bytes);
  void Execute(const std::string& parameters, char final_byte);
  void SetColours(const std::vector<int>& codes);

  int columns_;
  int rows_;
  std::vector<Cell> cells_;
  Cell colours_;
  int column_ = 0;  // `columns_` while the last one has just been filled
  int row_ = 0;
  bool shows_cursor_ = true;
  std::string sent_;
  int write_count_ = 0;
  std::deque<char> typed_;
};

}  // namespace flint::efi
