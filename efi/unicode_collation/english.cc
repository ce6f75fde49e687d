// SPDX-License-Identifier: Apache-2.0
#include "efi/unicode_collation/english.h"

#include <algorithm>
#include <optional>

#include "platforms/base/case_folding.h"

namespace flint::efi::english {
namespace {

constexpr char16_t kCaseDistance = u'a' - u'A';

constexpr bool IsUpper(char16_t unit) {
  return (unit >= u'A' && unit <= u'Z') ||
         (unit >= 0xC0 && unit <= 0xDE && unit != 0xD7);
}

constexpr bool IsLower(char16_t unit) {
  return (unit >= u'a' && unit <= u'z') ||
         (unit >= 0xE0 && unit <= 0xFE && unit != 0xF7);
}

/// What an element of a pattern that stands for one character is.
struct Element {
  size_t size;  // in the pattern
  bool matches;
};

/// Whether `unit` is in the set at the start of `pattern`, behind its bracket;
/// nothing if the set does not end.
std::optional<Element> MatchSet(char16_t unit, std::u16string_view pattern) {
  const char16_t folded = FoldCase(unit);
  bool matches = false;
  for (size_t i = 0; i < pattern.size() && pattern[i] != u']'; ++i) {
    const char16_t first = FoldCase(pattern[i]);
    char16_t last = first;
    if (i + 2 < pattern.size() && pattern[i + 1] == u'-' &&
        pattern[i + 2] != u']') {
      last = FoldCase(pattern[i + 2]);
      i += 2;
    }
    matches = matches || (first <= folded && folded <= last);
  }
  const size_t end = pattern.find(u']');
  if (end == std::u16string_view::npos) return std::nullopt;
  return Element{.size = end + 1, .matches = matches};
}

/// Whether `unit` matches the element at the start of `pattern`.
std::optional<Element> MatchOne(char16_t unit, std::u16string_view pattern) {
  if (pattern.empty()) return std::nullopt;
  if (pattern.front() == u'?') return Element{.size = 1, .matches = true};
  if (pattern.front() != u'[') {
    return Element{.size = 1,
                   .matches = FoldCase(unit) == FoldCase(pattern.front())};
  }
  auto set = MatchSet(unit, pattern.substr(1));
  if (set) ++set->size;
  return set;
}

}  // namespace

int Compare(std::u16string_view a, std::u16string_view b) {
  const size_t common = std::min(a.size(), b.size());
  for (size_t i = 0; i < common; ++i) {
    const int difference = FoldCase(a[i]) - FoldCase(b[i]);
    if (difference != 0) return difference;
  }
  if (a.size() == b.size()) return 0;
  return a.size() < b.size() ? -1 : 1;
}

// Only the last star is ever tried again, at the next character: the work is
// bounded by the product of the lengths.
bool Matches(std::u16string_view text, std::u16string_view pattern) {
  std::optional<std::u16string_view> text_at_star;
  std::u16string_view pattern_after_star;
  while (!text.empty()) {
    if (!pattern.empty() && pattern.front() == u'*') {
      pattern.remove_prefix(1);
      pattern_after_star = pattern;
      text_at_star = text;
      continue;
    }
    const auto element = MatchOne(text.front(), pattern);
    if (element && element->matches) {
      text.remove_prefix(1);
      pattern.remove_prefix(element->size);
      continue;
    }
    if (!text_at_star) return false;
    text_at_star->remove_prefix(1);
    text = *text_at_star;
    pattern = pattern_after_star;
  }
  return pattern.find_first_not_of(u'*') == std::u16string_view::npos;
}

char16_t ToLower(char16_t unit) {
  return IsUpper(unit) ? static_cast<char16_t>(unit + kCaseDistance) : unit;
}

char16_t ToUpper(char16_t unit) {
  return IsLower(unit) ? static_cast<char16_t>(unit - kCaseDistance) : unit;
}

bool ToFatName(std::u16string_view text, std::span<char> out) {
  constexpr std::u16string_view kAllowedSigns = u"!#$%&'()-@^_`{}~";
  bool has_substitute = false;
  for (const char16_t unit : text) {
    if (unit == u'.' || unit == u' ') continue;
    if (out.empty()) break;
    const char16_t upper = ToUpper(unit);
    const bool is_allowed =
        (upper >= u'A' && upper <= u'Z') || (upper >= u'0' && upper <= u'9') ||
        kAllowedSigns.find(upper) != std::u16string_view::npos;
    has_substitute = has_substitute || !is_allowed;
    out.front() = is_allowed ? static_cast<char>(upper) : '_';
    out = out.subspan(1);
  }
  return has_substitute;
}

}  // namespace flint::efi::english
