// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/glob.h"

#include <string>

#include "gtest/gtest.h"

namespace flint::bls {
namespace {

struct Example {
  const char* pattern;
  const char* text;
  bool matches;
};

constexpr Example kExamples[] = {
    // Literal text, in either case.
    {"", "", true},
    {"", "a", false},
    {"a", "", false},
    {"debian", "debian", true},
    {"Debian", "dEBIAN", true},
    {"debian", "debian-6", false},
    {"debian-6", "debian", false},
    {"\xc3\xa4", "\xc3\xa4", true},
    {"\xc3\xa4", "\xc3\x84", false},
    // Stars.
    {"*", "", true},
    {"*", "anything", true},
    {"**", "x", true},
    {"debian-*", "debian-", true},
    {"debian-*", "debian-6.1", true},
    {"debian-*", "fedora-6.1", false},
    {"*-6.1", "debian-6.1", true},
    {"*-6.1", "debian-6.1-6.1", true},
    {"*-6.1", "debian-6.10", false},
    {"a*b*c", "a-b-b-c", true},
    {"a*b*c", "a-c-b", false},
    {"*a", "aaab", false},
    // Question marks.
    {"?", "", false},
    {"?", "x", true},
    {"?", "xy", false},
    {"6.?.0", "6.1.0", true},
    {"6.?.0", "6.10.0", false},
    {"?*", "", false},
    {"*?", "x", true},
    // Sets.
    {"[abc]", "b", true},
    {"[abc]", "d", false},
    {"[abc]", "B", true},
    {"[A]", "a", true},
    {"6.[0-9]", "6.5", true},
    {"6.[0-9]", "6.x", false},
    {"[a-cx-z]", "y", true},
    {"[a-cx-z]", "m", false},
    {"[A-C]", "b", true},
    {"[!0-9]x", "ax", true},
    {"[!0-9]x", "1x", false},
    {"[^0-9]x", "ax", true},
    {"[^0-9]x", "1x", false},
    {"[!a]", "A", false},
    {"[!a]", "", false},
    {"[]]", "]", true},
    {"[]a]", "a", true},
    {"[!]a]", "]", false},
    {"[!]a]", "b", true},
    {"[a-]", "-", true},
    {"[-a]", "-", true},
    {"[a!]", "!", true},
    {"[\\]]", "]", true},
    {"[\\a-c]", "b", true},
    {"[*?]", "*", true},
    {"[*?]", "x", false},
    {"*[0-9]", "ab12", true},
    {"[z-a]", "m", false},
    // A set without an end is text.
    {"[", "[", true},
    {"[abc", "[abc", true},
    {"[abc", "a", false},
    {"[]", "[]", true},
    {"[!]", "[!]", true},
    {"[a\\]", "[a]", true},
    // Escapes.
    {"\\*", "*", true},
    {"\\*", "x", false},
    {"a\\?", "a?", true},
    {"a\\?", "ab", false},
    {"\\[a]", "[a]", true},
    {"\\\\", "\\", true},
    {"a\\", "a\\", true},
};

TEST(MatchesGlob, DoesAsDocumented) {
  for (const Example& example : kExamples) {
    EXPECT_EQ(MatchesGlob(example.pattern, example.text), example.matches)
        << example.pattern << " and " << example.text;
  }
}

TEST(MatchesGlob, DoesNotExplode) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "a*";
  const std::string text(1000, 'a');

  EXPECT_TRUE(MatchesGlob(pattern, text));
  EXPECT_FALSE(MatchesGlob(pattern + "b", text));
}

}  // namespace
}  // namespace flint::bls
