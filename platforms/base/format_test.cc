// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/format.h"

#include <array>
#include <limits>

#include "gtest/gtest.h"

namespace flint {
namespace {

template <typename... Arguments>
std::string Formatted(std::string_view format, const Arguments&... arguments) {
  std::array<char, 128> buffer;
  return std::string(FormatTo(buffer, format, arguments...));
}

TEST(Format, WritesEveryKindOfArgument) {
  EXPECT_EQ(
      Formatted("{} {} {} {} {}", 1, "two", std::string_view("3"), '4', true),
      "1 two 3 4 true");
}

TEST(Format, WritesTheExtremesOfIntegers) {
  EXPECT_EQ(Formatted("{}", std::numeric_limits<int64_t>::min()),
            "-9223372036854775808");
  EXPECT_EQ(Formatted("{}", std::numeric_limits<uint64_t>::max()),
            "18446744073709551615");
  EXPECT_EQ(Formatted("{:x}", std::numeric_limits<uint64_t>::max()),
            "ffffffffffffffff");
}

TEST(Format, PadsAndAligns) {
  EXPECT_EQ(Formatted("[{:6}]", 42), "[    42]");
  EXPECT_EQ(Formatted("[{:<6}]", 42), "[42    ]");
  EXPECT_EQ(Formatted("[{:06}]", -42), "[-00042]");
  EXPECT_EQ(Formatted("[{:08x}]", 0xBEEFu), "[0000beef]");
  EXPECT_EQ(Formatted("[{:4}]", "ab"), "[ab  ]");
  EXPECT_EQ(Formatted("[{:>4}]", "ab"), "[  ab]");
  EXPECT_EQ(Formatted("[{:2}]", "abc"), "[abc]");
}

TEST(Format, WritesBracesAndBrokenSpecificationsVisibly) {
  EXPECT_EQ(Formatted("{{{}}}", 1), "{1}");
  EXPECT_EQ(Formatted("{} {}", 1), "1 {?}");
  EXPECT_EQ(Formatted("{:q}", 1), "{?}");
  EXPECT_EQ(Formatted("{", 1), "{");
}

TEST(Format, CutsWhatDoesNotFit) {
  std::array<char, 4> buffer;

  EXPECT_EQ(FormatTo(buffer, "{}", 123456), "1234");
  EXPECT_EQ(FormatTo(std::span<char>(), "{}", 1), "");
}

TEST(FixedText, AppendsUntilFull) {
  FixedText<8> text("pci ");

  text.AppendFormat("{:02x}", 3);
  EXPECT_EQ(text.view(), "pci 03");
  EXPECT_FALSE(text.truncated());

  text.Append(":00.0");
  EXPECT_EQ(text.view(), "pci 03:0");
  EXPECT_TRUE(text.truncated());
}

}  // namespace
}  // namespace flint
