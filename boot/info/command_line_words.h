// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace flint::boot {

constexpr bool IsBlank(char character) {
  return character == ' ' || character == '\t' || character == '\n' ||
         character == '\r' || character == '\v' || character == '\f';
}

/// Splits a command line into words, which end at blanks outside double quotes.
/// The quotes stay.
///
///     CommandLineWords words(text);
///     while (const auto word = words.Next()) { ... }
class CommandLineWords {
 public:
  explicit CommandLineWords(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> Next() {
    while (!rest_.empty() && IsBlank(rest_.front())) rest_.remove_prefix(1);
    if (rest_.empty()) return std::nullopt;
    const std::string_view word = rest_.substr(0, WordSize());
    rest_.remove_prefix(word.size());
    return word;
  }

 private:
  /// Length of the word at the front, quoted blanks included.
  size_t WordSize() const {
    bool quoted = false;
    for (size_t size = 0; size < rest_.size(); ++size) {
      if (rest_[size] == '"') quoted = !quoted;
      if (!quoted && IsBlank(rest_[size])) return size;
    }
    return rest_.size();
  }

  std::string_view rest_;
};

}  // namespace flint::boot
