// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/log.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint {
namespace {

using ::testing::ElementsAre;

class RecordingSink : public log::Sink {
 public:
  void Write(log::Level, std::string_view line) override {
    lines.emplace_back(line);
  }
  std::vector<std::string> lines;
};

class LogTest : public ::testing::Test {
 protected:
  ~LogTest() override { log::Configure(nullptr, log::Level::kInfo); }
  RecordingSink sink_;
};

TEST_F(LogTest, WritesLinesOfTheLevelAndAbove) {
  log::Configure(&sink_, log::Level::kWarning);

  log::Error("disk {}", 1);
  log::Warning("slow");
  log::Info("chatter");

  EXPECT_THAT(sink_.lines, ElementsAre("disk 1", "slow"));
  EXPECT_FALSE(log::Enabled(log::Level::kInfo));
}

TEST_F(LogTest, DropsLinesWithoutASink) {
  log::Configure(nullptr, log::Level::kDebug);

  log::Error("nobody listens");

  EXPECT_FALSE(log::Enabled(log::Level::kError));
}

TEST_F(LogTest, CutsLongLines) {
  log::Configure(&sink_, log::Level::kInfo);

  log::Info("{}", std::string_view(std::string(1000, 'x')));

  ASSERT_EQ(sink_.lines.size(), 1u);
  EXPECT_EQ(sink_.lines[0], std::string(256, 'x'));
}

}  // namespace
}  // namespace flint
