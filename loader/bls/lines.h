// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace flint::bls {

/// One line of an entry or of loader.conf.
struct Line {
  std::string_view key;
  /// Without the blanks and the pair of quotes around it; may be empty.
  std::string_view value;
};

/// Reads the lines of an entry or of loader.conf, skipping empty lines and
/// comments.
class LineReader {
 public:
  explicit LineReader(std::string_view text);

  /// The next line, or nothing at the end.
  std::optional<Line> Next();

 private:
  std::string_view text_;
};

/// Takes the next word (anything between spaces and tabs) off `text`; empty at
/// the end.
std::string_view TakeWord(std::string_view& text);

/// True if the word is `$name` or `${name}`, which only GRUB understands.
/// `memmap=64M$0x100000` and `a$b` are ordinary words.
bool IsGrubVariable(std::string_view word);

/// True if the word is a path that starts with such a variable.
bool IsGrubPath(std::string_view word);

/// True if any word of `value` is one.
bool HasGrubPath(std::string_view value);

}  // namespace flint::bls
