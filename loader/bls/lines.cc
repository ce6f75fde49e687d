// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/lines.h"

#include <algorithm>
#include <cstddef>

namespace flint::bls {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kBlanks = " \t\v\f\r";

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// The specification knows no quoting, but other loaders take off quotes
/// around the whole value, and so people write them.
std::string_view Unquote(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' &&
                      value.find('"', 1) == value.size() - 1;
  return quoted ? value.substr(1, value.size() - 2) : value;
}

bool StartsName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool ContinuesName(char c) { return StartsName(c) || (c >= '0' && c <= '9'); }

}  // namespace

LineReader::LineReader(std::string_view text) : text_(text) {
  if (text_.starts_with(kByteOrderMark)) {
    text_.remove_prefix(kByteOrderMark.size());
  }
}

std::optional<Line> LineReader::Next() {
  while (!text_.empty()) {
    const size_t end = text_.find('\n');
    std::string_view line = Trim(text_.substr(0, end));
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    const std::string_view key = TakeWord(line);
    return Line{.key = key, .value = Unquote(Trim(line))};
  }
  return std::nullopt;
}

std::string_view TakeWord(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

bool IsGrubVariable(std::string_view word) {
  if (!word.starts_with('$')) return false;
  word.remove_prefix(1);
  if (word.starts_with('{') && word.ends_with('}')) {
    word = word.substr(1, word.size() - 2);
  }
  return !word.empty() && StartsName(word.front()) &&
         std::ranges::all_of(word, ContinuesName);
}

bool IsGrubPath(std::string_view word) {
  return word.size() > 1 && word.front() == '$' &&
         (word[1] == '{' || StartsName(word[1]));
}

bool HasGrubPath(std::string_view value) {
  for (std::string_view word = TakeWord(value); !word.empty();
       word = TakeWord(value)) {
    if (IsGrubPath(word)) return true;
  }
  return false;
}

}  // namespace flint::bls
