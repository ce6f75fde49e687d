// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/version.h"

#include <cstddef>

namespace flint::bls {
namespace {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

constexpr bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// All others only separate. [uapi-10, version format]
constexpr bool HasMeaning(char c) {
  return IsDigit(c) || IsLetter(c) || c == '-' || c == '.' || c == '~' ||
         c == '^';
}

/// Takes the characters that satisfy `belongs` off the front.
template <typename Predicate>
std::string_view TakeWhile(std::string_view& text, Predicate belongs) {
  size_t size = 0;
  while (size < text.size() && belongs(text[size])) ++size;
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

/// What a mark at the front of one string only makes of it: less. A mark at
/// the front of both is taken off.
std::weak_ordering CompareMark(char mark,
                               std::string_view& a,
                               std::string_view& b) {
  const bool a_has_it = a.starts_with(mark);
  const bool b_has_it = b.starts_with(mark);
  if (a_has_it && b_has_it) {
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return b_has_it <=> a_has_it;
}

/// Digits as a number of any size; none is 0.
std::weak_ordering CompareNumbers(std::string_view a, std::string_view b) {
  constexpr auto kIsZero = [](char c) { return c == '0'; };
  TakeWhile(a, kIsZero);
  TakeWhile(b, kIsZero);
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

/// Compares and takes off the components at the front.
std::weak_ordering CompareComponents(std::string_view& a, std::string_view& b) {
  const bool numeric =
      (!a.empty() && IsDigit(a.front())) || (!b.empty() && IsDigit(b.front()));
  if (numeric)
    return CompareNumbers(TakeWhile(a, IsDigit), TakeWhile(b, IsDigit));
  return TakeWhile(a, IsLetter) <=> TakeWhile(b, IsLetter);
}

}  // namespace

// The numbers are the steps of the specification.
std::weak_ordering CompareVersions(std::string_view a, std::string_view b) {
  constexpr auto kOnlySeparates = [](char c) { return !HasMeaning(c); };
  while (true) {
    TakeWhile(a, kOnlySeparates);  // 1
    TakeWhile(b, kOnlySeparates);
    if (const auto order = CompareMark('~', a, b); order != 0) return order;
    if (a.empty() || b.empty()) return b.empty() <=> a.empty();  // 3
    for (const char mark : {'-', '^', '.'}) {                    // 4, 5, 6
      if (const auto order = CompareMark(mark, a, b); order != 0) return order;
    }
    if (const auto order = CompareComponents(a, b); order != 0) return order;
  }
}

}  // namespace flint::bls
