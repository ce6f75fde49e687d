// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/lines.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::bls {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<std::pair<std::string, std::string>> Lines(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> lines;
  LineReader reader(text);
  while (const auto line = reader.Next()) {
    lines.emplace_back(line->key, line->value);
  }
  return lines;
}

TEST(LineReader, SplitsKeysFromValues) {
  EXPECT_THAT(
      Lines("title Debian 12\nlinux /vmlinuz"),
      ElementsAre(Pair("title", "Debian 12"), Pair("linux", "/vmlinuz")));
}

TEST(LineReader, TakesAnyBlanksAndLineEnds) {
  EXPECT_THAT(Lines("  a\t \tb  c \t\r\n\r\nd e\r\n"),
              ElementsAre(Pair("a", "b  c"), Pair("d", "e")));
}

TEST(LineReader, SkipsByteOrderMarkAndComments) {
  EXPECT_THAT(Lines("\xef\xbb\xbf# note\n  # note\n#\na b # kept\n"),
              ElementsAre(Pair("a", "b # kept")));
}

TEST(LineReader, KeepsKeysWithoutValues) {
  EXPECT_THAT(Lines("efi\ninitrd   \n"),
              ElementsAre(Pair("efi", ""), Pair("initrd", "")));
}

TEST(LineReader, TakesOffOnePairOfQuotesAroundTheValue) {
  EXPECT_THAT(Lines("t \"a b\"\nt \"a\" \"b\"\nt \"\nt \"\"\nt a\"b\"\n"),
              ElementsAre(Pair("t", "a b"),
                          Pair("t", "\"a\" \"b\""),
                          Pair("t", "\""),
                          Pair("t", ""),
                          Pair("t", "a\"b\"")));
}

TEST(LineReader, FindsNothingInNothing) {
  EXPECT_THAT(Lines(""), IsEmpty());
  EXPECT_THAT(Lines("\n\r\n\n  \t"), IsEmpty());
  EXPECT_THAT(Lines("\xef\xbb\xbf"), IsEmpty());
}

TEST(IsGrubVariable, IsAWholeWord) {
  for (const char* word : {"$a", "$kernelopts", "${tuned_params}", "$_1"}) {
    EXPECT_TRUE(IsGrubVariable(word)) << word;
  }
  for (const char* word : {"",
                           "$",
                           "${}",
                           "${a",
                           "a$b",
                           "$1",
                           "memmap=64M$0x100000",
                           "$a/b",
                           "$a-b"}) {
    EXPECT_FALSE(IsGrubVariable(word)) << word;
  }
}

TEST(IsGrubPath, StartsWithAVariable) {
  for (const char* word : {"$a", "$prefix/initrd.img", "${root}/x"}) {
    EXPECT_TRUE(IsGrubPath(word)) << word;
  }
  for (const char* word : {"", "$", "$1", "/a$b", "/x"}) {
    EXPECT_FALSE(IsGrubPath(word)) << word;
  }
  EXPECT_TRUE(HasGrubPath("/initramfs.img $tuned_initrd"));
  EXPECT_FALSE(HasGrubPath("/my initramfs.img"));
}

}  // namespace
}  // namespace flint::bls
