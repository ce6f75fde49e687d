// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/qmp_stream.h"

#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/qemu/status_matchers.h"

namespace flint::qemu {
namespace {

constexpr std::string_view kGreeting =
    "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 7}}, "
    "\"capabilities\": [\"oob\"]}}\r\n";

TEST(QmpStream, TakesTheGreetingForNeitherReplyNorEvent) {
  QmpStream stream;
  EXPECT_FALSE(stream.is_greeted());

  ASSERT_OK(stream.Append(kGreeting));

  EXPECT_TRUE(stream.is_greeted());
  EXPECT_FALSE(stream.TakeReply().has_value());
}

TEST(QmpStream, TellsRepliesFromEvents) {
  QmpStream stream;
  ASSERT_OK(
      stream.Append("{\"event\": \"RESUME\"}\r\n"
                    "{\"return\": {\"running\": true}}\r\n"
                    "{\"event\": \"SHUTDOWN\"}\r\n"));

  const auto reply = stream.TakeReply();
  ASSERT_TRUE(reply.has_value());
  ASSERT_OK(*reply);
  EXPECT_TRUE((**reply)["running"].boolean());
  EXPECT_FALSE(stream.TakeReply().has_value());
  EXPECT_TRUE(stream.TakeEvent("SHUTDOWN").has_value());
  EXPECT_FALSE(stream.TakeEvent("SHUTDOWN").has_value());
  EXPECT_TRUE(stream.TakeEvent("RESUME").has_value());
}

TEST(QmpStream, WaitsForTheEndOfALine) {
  QmpStream stream;
  ASSERT_OK(stream.Append("{\"return\": "));
  EXPECT_FALSE(stream.TakeReply().has_value());

  ASSERT_OK(stream.Append("{}}\r\n{\"ev"));

  EXPECT_TRUE(stream.TakeReply().has_value());
}

TEST(QmpStream, HandsOnAnErrorInQemusWords) {
  QmpStream stream;
  ASSERT_OK(
      stream.Append("{\"error\": {\"class\": \"CommandNotFound\", "
                    "\"desc\": \"no such command\"}}\r\n"));

  const auto reply = stream.TakeReply();

  ASSERT_TRUE(reply.has_value());
  EXPECT_THAT(*reply,
              IsFailure(absl::StatusCode::kInvalidArgument, "no such command"));
}

TEST(QmpStream, RejectsWhatIsNotJson) {
  QmpStream stream;

  EXPECT_FALSE(stream.Append("hello\r\n").ok());
}

TEST(QmpStream, WritesACommandOnOneLine) {
  EXPECT_EQ(QmpStream::Command("quit", "{}"),
            "{\"execute\": \"quit\", \"arguments\": {}}\n");
}

}  // namespace
}  // namespace flint::qemu
