// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/unicode.h"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint {
namespace {

using ::testing::ElementsAreArray;

// One, two, three and four bytes of UTF-8; the last is a surrogate pair.
constexpr std::string_view kUtf8 = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";
constexpr std::u16string_view kUtf16 = u"a\u00e4\u20ac\U0001f600";

std::vector<char32_t> TakeAll(std::string_view text) {
  std::vector<char32_t> all;
  while (!text.empty()) all.push_back(TakeUtf8(text));
  return all;
}

TEST(Unicode, ConvertsUtf16ToUtf8) {
  std::array<char, 32> out;

  EXPECT_EQ(Utf16ToUtf8(kUtf16, out), kUtf8);
}

TEST(Unicode, ConvertsUtf8ToUtf16) {
  std::array<char16_t, 32> out;

  const auto converted = Utf8ToUtf16(kUtf8, out);

  ASSERT_TRUE(converted.has_value());
  EXPECT_THAT(*converted, ElementsAreArray(kUtf16));
}

TEST(Unicode, ConvertsTheLimitsOfEachLength) {
  for (const char32_t character : {U'\u007f',
                                   U'\u0080',
                                   U'\u07ff',
                                   U'\u0800',
                                   U'\ud7ff',
                                   U'\ue000',
                                   U'\uffff',
                                   U'\U00010000',
                                   U'\U0010ffff'}) {
    std::array<char, 4> out;
    size_t size = 0;
    ASSERT_TRUE(AppendUtf8(character, out, size));
    std::string_view text(out.data(), size);
    EXPECT_EQ(TakeUtf8(text), character);
    EXPECT_TRUE(text.empty());
  }
}

TEST(Unicode, ReplacesUnpairedSurrogates) {
  std::array<char, 32> out;
  constexpr std::array<char16_t, 4> kBroken{0xdc00, 'a', 0xd800, 'b'};
  constexpr std::array<char16_t, 1> kCut{0xd800};

  EXPECT_EQ(Utf16ToUtf8(kBroken, out),
            "\xef\xbf\xbd"
            "a"
            "\xef\xbf\xbd"
            "b");
  EXPECT_EQ(Utf16ToUtf8(kCut, out), "\xef\xbf\xbd");
}

TEST(Unicode, ReplacesEachByteThatIsNotUtf8) {
  constexpr char32_t kBad = kReplacementCharacter;

  EXPECT_THAT(TakeAll("\x80"
                      "a"),
              ElementsAreArray({kBad, U'a'}));
  EXPECT_THAT(TakeAll("\xc0\xaf"), ElementsAreArray({kBad, kBad}));
  EXPECT_THAT(TakeAll("\xe0\x80\xaf"), ElementsAreArray({kBad, kBad, kBad}));
  EXPECT_THAT(TakeAll("\xed\xa0\x80"), ElementsAreArray({kBad, kBad, kBad}));
  EXPECT_THAT(TakeAll("\xe2\x82"), ElementsAreArray({kBad, kBad}));
  EXPECT_THAT(TakeAll("\xf4\x90\x80\x80"),
              ElementsAreArray({kBad, kBad, kBad, kBad}));
  EXPECT_THAT(TakeAll("\xff"), ElementsAreArray({kBad}));
}

TEST(Unicode, RefusesToConvertBrokenUtf8) {
  std::array<char16_t, 32> out;

  EXPECT_EQ(Utf8ToUtf16("a\x80", out).has_value(), false);
  EXPECT_EQ(Utf8ToUtf16("\xe2\x82", out).has_value(), false);
}

TEST(Unicode, RefusesWhatDoesNotFit) {
  std::array<char, 10> narrow;
  std::array<char16_t, 5> wide;

  EXPECT_TRUE(Utf16ToUtf8(kUtf16, narrow).has_value());
  EXPECT_FALSE(Utf16ToUtf8(kUtf16, std::span(narrow).first(9)).has_value());
  EXPECT_TRUE(Utf8ToUtf16(kUtf8, wide).has_value());
  EXPECT_FALSE(Utf8ToUtf16(kUtf8, std::span(wide).first(4)).has_value());
  EXPECT_TRUE(Utf16ToUtf8({}, {}).has_value());
}

TEST(Unicode, WritesAReplacementForWhatIsNoCharacter) {
  std::array<char, 4> out;
  size_t size = 0;

  EXPECT_TRUE(AppendUtf8(0xd800, out, size));
  EXPECT_EQ(std::string_view(out.data(), size), "\xef\xbf\xbd");
}

}  // namespace
}  // namespace flint
