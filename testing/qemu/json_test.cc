// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/json.h"

#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/qemu/status_matchers.h"

namespace flint::qemu {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kEvent =
    R"({"timestamp": {"seconds": 1700000000, "microseconds": 5}, )"
    R"("event": "SHUTDOWN", "data": {"guest": true, )"
    R"("reason": "guest-reset", "list": [1, -2, null, "a\"b\\\n\u00e9"]}})";

TEST(Json, ReadsWhatQemuSends) {
  ASSERT_OK_AND_ASSIGN(const Json event, Json::Parse(kEvent));

  EXPECT_EQ(event["event"].text(), "SHUTDOWN");
  EXPECT_EQ(event["timestamp"]["seconds"].integer(), 1700000000);
  EXPECT_TRUE(event["data"]["guest"].boolean());
  const Json::Array& list = event["data"]["list"].array();
  ASSERT_EQ(list.size(), 4u);
  EXPECT_EQ(list[0].integer(), 1);
  EXPECT_EQ(list[1].integer(), -2);
  EXPECT_TRUE(list[2].is_null());
  EXPECT_EQ(list[3].text(), "a\"b\\\n\xc3\xa9");
}

TEST(Json, ReadsAddressesOf64Bits) {
  ASSERT_OK_AND_ASSIGN(const Json value, Json::Parse("1099511627776"));

  EXPECT_EQ(value.integer(), int64_t{1} << 40);
}

TEST(Json, CutsFractions) {
  ASSERT_OK_AND_ASSIGN(const Json value, Json::Parse("[1.5e3, 2]"));

  ASSERT_EQ(value.array().size(), 2u);
  EXPECT_EQ(value.array()[0].integer(), 1);
  EXPECT_EQ(value.array()[1].integer(), 2);
}

TEST(Json, LooksUpNothingInNothing) {
  const Json null;

  EXPECT_TRUE(null["a"]["b"].is_null());
  EXPECT_EQ(null.text(), "");
  EXPECT_EQ(null.integer(), 0);
  EXPECT_FALSE(null.boolean());
  EXPECT_TRUE(null.array().empty());
}

TEST(Json, RejectsEveryTruncation) {
  for (size_t size = 0; size < kEvent.size(); ++size) {
    EXPECT_FALSE(Json::Parse(kEvent.substr(0, size)).ok()) << size;
  }
}

TEST(Json, SaysWhatIsWrongWhere) {
  const auto value = Json::Parse(R"({"a" 1})");

  EXPECT_THAT(value.status().message(), HasSubstr("byte 5: ':' is missing"));
}

TEST(Json, RejectsTextAfterTheValue) {
  EXPECT_FALSE(Json::Parse("{} {}").ok());
}

TEST(Json, RejectsABadEscape) {
  EXPECT_FALSE(Json::Parse(R"("\x")").ok());
  EXPECT_FALSE(Json::Parse(R"("\u12g4")").ok());
}

TEST(Json, RejectsEndlessNesting) {
  EXPECT_FALSE(Json::Parse(std::string(100000, '[')).ok());
}

TEST(Json, QuotesSoThatItReadsBack) {
  const std::string text = "a \"quoted\" \\ line\n\x01";

  ASSERT_OK_AND_ASSIGN(const Json value, Json::Parse(QuoteJson(text)));

  EXPECT_EQ(value.text(), text);
}

}  // namespace
}  // namespace flint::qemu
