// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/transcript.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/qemu/status_matchers.h"

namespace flint::qemu {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

TEST(Transcript, FindsTextsOnlyInOrder) {
  Transcript transcript;
  transcript.Append("one two three");

  EXPECT_TRUE(transcript.ConsumeText("two"));
  EXPECT_FALSE(transcript.ConsumeText("one"));
  EXPECT_FALSE(transcript.ConsumeText("two"));
  EXPECT_TRUE(transcript.ConsumeText("three"));
}

TEST(Transcript, FindsTextThatArrivesInPieces) {
  Transcript transcript;
  transcript.Append("log");
  EXPECT_FALSE(transcript.ConsumeText("login:"));

  transcript.Append("in: ");

  EXPECT_TRUE(transcript.ConsumeText("login:"));
  EXPECT_EQ(transcript.unread(), " ");
}

TEST(Transcript, DropsCarriageReturns) {
  Transcript transcript;

  transcript.Append("a\r\nb\r\n");

  EXPECT_EQ(transcript.text(), "a\nb\n");
}

TEST(Transcript, FindsALineAndItsGroups) {
  Transcript transcript;
  transcript.Append("x\nuptime 12.50 seconds\nnext\n");

  ASSERT_OK_AND_ASSIGN(
      const auto groups,
      transcript.ConsumeLine("^uptime ([0-9]+)\\.([0-9]+) (minutes)?"));

  EXPECT_THAT(groups, Optional(ElementsAre("uptime 12.50 ", "12", "50", "")));
  EXPECT_EQ(transcript.unread(), "next\n");
}

TEST(Transcript, DoesNotMatchALineThatHasNotEnded) {
  Transcript transcript;
  transcript.Append("count 1");
  ASSERT_OK_AND_ASSIGN(const auto early,
                       transcript.ConsumeLine("count ([0-9]+)"));
  EXPECT_EQ(early, std::nullopt);

  transcript.Append("23\n");

  ASSERT_OK_AND_ASSIGN(const auto groups,
                       transcript.ConsumeLine("count ([0-9]+)"));
  EXPECT_THAT(groups, Optional(ElementsAre("count 123", "123")));
}

TEST(Transcript, MatchesTheRestOfALineAfterAText) {
  Transcript transcript;
  transcript.Append("key=value\n");
  ASSERT_TRUE(transcript.ConsumeText("key="));

  ASSERT_OK_AND_ASSIGN(const auto groups, transcript.ConsumeLine("^.*$"));

  EXPECT_THAT(groups, Optional(ElementsAre("value")));
}

TEST(Transcript, SaysWhyAnExpressionIsMalformed) {
  Transcript transcript;

  EXPECT_THAT(transcript.ConsumeLine("(a"),
              IsFailure(absl::StatusCode::kInvalidArgument, HasSubstr("(a")));
}

TEST(Transcript, TailsByLines) {
  Transcript transcript;
  transcript.Append("1\n2\n3\n");

  EXPECT_EQ(transcript.Tail(2), "2\n3\n");
  EXPECT_EQ(transcript.Tail(9), "1\n2\n3\n");

  transcript.Append("4");
  EXPECT_EQ(transcript.Tail(2), "3\n4");
}

TEST(Transcript, TailsNothing) { EXPECT_EQ(Transcript().Tail(3), ""); }

}  // namespace
}  // namespace flint::qemu
