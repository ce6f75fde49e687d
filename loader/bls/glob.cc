// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/glob.h"

#include <cstddef>
#include <optional>

#include "loader/bls/text.h"

namespace flint::bls {
namespace {

/// Takes one literal, perhaps escaped, off the front of a set's members.
char TakeMember(std::string_view& members) {
  if (members.size() > 1 && members.front() == '\\') members.remove_prefix(1);
  const char member = members.front();
  members.remove_prefix(1);
  return member;
}

/// True if `c` is between `first` and `last`, in either case.
bool InRange(char first, char last, char c) {
  const auto code = [](char x) { return static_cast<unsigned char>(x); };
  const auto within = [&](char x) {
    return code(first) <= code(x) && code(x) <= code(last);
  };
  const char lower = ToLower(c);
  const char upper =
      lower >= 'a' && lower <= 'z' ? static_cast<char>(lower - 'a' + 'A') : c;
  return within(c) || within(lower) || within(upper);
}

bool InSet(std::string_view members, char c) {
  const bool negated = members.starts_with('!') || members.starts_with('^');
  if (negated) members.remove_prefix(1);
  bool found = false;
  while (!members.empty()) {
    const char first = TakeMember(members);
    char last = first;
    if (members.size() > 1 && members.front() == '-') {
      members.remove_prefix(1);
      last = TakeMember(members);
    }
    found = found || InRange(first, last, c);
  }
  return found != negated;
}

/// The size of the set at the front of `pattern`, brackets included; 0 if it
/// does not end.
size_t SetSize(std::string_view pattern) {
  size_t i = 1;
  if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) ++i;
  if (i < pattern.size() && pattern[i] == ']') ++i;
  for (; i < pattern.size(); ++i) {
    if (pattern[i] == ']') return i + 1;
    if (pattern[i] == '\\') ++i;
  }
  return 0;
}

/// How much of `pattern`, which does not start with a star, stands for the one
/// character `c`; 0 if it does not match.
size_t MatchOne(std::string_view pattern, char c) {
  if (pattern.front() == '?') return 1;
  if (pattern.front() == '[') {
    if (const size_t size = SetSize(pattern); size != 0) {
      return InSet(pattern.substr(1, size - 2), c) ? size : 0;
    }
  }
  const bool escaped = pattern.front() == '\\' && pattern.size() > 1;
  const size_t size = escaped ? 2 : 1;
  return ToLower(pattern[size - 1]) == ToLower(c) ? size : 0;
}

}  // namespace

bool MatchesGlob(std::string_view pattern, std::string_view text) {
  // After a mismatch only the last star can take one more character: an
  // earlier one has nothing to gain.
  struct Retry {
    std::string_view pattern;
    std::string_view text;
  };
  std::optional<Retry> retry;
  while (!pattern.empty() || !text.empty()) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      retry = Retry{pattern, text};
      continue;
    }
    const size_t matched =
        pattern.empty() || text.empty() ? 0 : MatchOne(pattern, text.front());
    if (matched != 0) {
      pattern.remove_prefix(matched);
      text.remove_prefix(1);
      continue;
    }
    if (!retry || retry->text.empty()) return false;
    retry->text.remove_prefix(1);
    pattern = retry->pattern;
    text = retry->text;
  }
  return true;
}

}  // namespace flint::bls
