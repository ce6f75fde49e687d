// SPDX-License-Identifier: Apache-2.0
#include "boot/settings/settings.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/log.h"

namespace flint::settings {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

// Records the warnings while a test runs.
class SettingsTest : public testing::Test, private log::Sink {
 protected:
  SettingsTest() { log::Configure(this, log::Level::kDebug); }
  ~SettingsTest() override { log::Configure(nullptr, log::Level::kInfo); }

  Settings settings_;
  std::vector<std::string> warnings_;

 private:
  void Write(log::Level level, std::string_view line) override {
    EXPECT_EQ(level, log::Level::kWarning);
    warnings_.emplace_back(line);
  }
};

TEST_F(SettingsTest, HaveSafeDefaults) {
  EXPECT_EQ(settings_.log_level(), log::Level::kInfo);
  EXPECT_EQ(settings_.boot_entry(), "");
  EXPECT_EQ(settings_.timeout_seconds(), std::nullopt);
  EXPECT_EQ(settings_.on_failure(), OnFailure::kHalt);
}

TEST_F(SettingsTest, TakeEveryKey) {
  settings_.ApplyWords(
      "flint.log=debug flint.boot=debian-*.conf flint.timeout=5 "
      "flint.on_failure=reset");

  EXPECT_EQ(settings_.log_level(), log::Level::kDebug);
  EXPECT_EQ(settings_.boot_entry(), "debian-*.conf");
  EXPECT_THAT(settings_.timeout_seconds(), Optional(5U));
  EXPECT_EQ(settings_.on_failure(), OnFailure::kReset);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(SettingsTest, TakeEveryLogLevel) {
  settings_.Apply("log", "error");
  EXPECT_EQ(settings_.log_level(), log::Level::kError);
  settings_.Apply("log", "warning");
  EXPECT_EQ(settings_.log_level(), log::Level::kWarning);
  settings_.Apply("log", "info");
  EXPECT_EQ(settings_.log_level(), log::Level::kInfo);
  settings_.Apply("log", "debug");
  EXPECT_EQ(settings_.log_level(), log::Level::kDebug);
}

TEST_F(SettingsTest, TakeEveryFailureAction) {
  settings_.Apply("on_failure", "reset");
  EXPECT_EQ(settings_.on_failure(), OnFailure::kReset);
  settings_.Apply("on_failure", "poweroff");
  EXPECT_EQ(settings_.on_failure(), OnFailure::kPowerOff);
  settings_.Apply("on_failure", "halt");
  EXPECT_EQ(settings_.on_failure(), OnFailure::kHalt);
}

TEST_F(SettingsTest, LeaveOtherWordsAlone) {
  settings_.ApplyWords(
      "root=/dev/vda1 quiet flintstone.log=debug log=debug xflint.log=debug "
      "initrd=\"a flint.log=debug b\" FLINT.log=debug");

  EXPECT_EQ(settings_.log_level(), log::Level::kInfo);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(SettingsTest, TakeTheLastOfSeveral) {
  settings_.ApplyWords("flint.boot=a flint.boot=b");

  EXPECT_EQ(settings_.boot_entry(), "b");
}

TEST_F(SettingsTest, TakeQuotedValues) {
  settings_.ApplyWords("flint.boot=\"a b\" quiet");
  EXPECT_EQ(settings_.boot_entry(), "a b");

  settings_.ApplyWords("\"flint.boot=c d\" quiet");
  EXPECT_EQ(settings_.boot_entry(), "c d");

  settings_.ApplyWords("flint.boot=e=f");
  EXPECT_EQ(settings_.boot_entry(), "e=f");

  settings_.ApplyWords("flint.boot=\"never closed ");
  EXPECT_EQ(settings_.boot_entry(), "never closed");
}

TEST_F(SettingsTest, SplitWordsAtEveryBlank) {
  settings_.ApplyWords("\t flint.timeout=1\nflint.log=error\r\n ");

  EXPECT_THAT(settings_.timeout_seconds(), Optional(1U));
  EXPECT_EQ(settings_.log_level(), log::Level::kError);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(SettingsTest, DropTheLineEndOfAFile) {
  settings_.Apply("log", "debug\r\n");
  settings_.Apply("boot", std::string_view("debian\n\0", 8));

  EXPECT_EQ(settings_.log_level(), log::Level::kDebug);
  EXPECT_EQ(settings_.boot_entry(), "debian");
}

TEST_F(SettingsTest, WarnOfUnknownKeys) {
  settings_.ApplyWords("flint.colour=red flint.=x flint.Log=debug");

  EXPECT_THAT(warnings_,
              ElementsAre("flint.colour: unknown setting, ignored",
                          "flint.: unknown setting, ignored",
                          "flint.Log: unknown setting, ignored"));
}

TEST_F(SettingsTest, WarnOfImpossibleValuesAndKeepTheOldOnes) {
  settings_.ApplyWords(
      "flint.log=error flint.boot=a flint.timeout=7 flint.on_failure=reset");

  settings_.ApplyWords(
      "flint.log=loud flint.boot= flint.timeout=soon flint.on_failure=explode");

  EXPECT_THAT(warnings_,
              ElementsAre("flint.log: cannot be 'loud', ignored",
                          "flint.boot: cannot be '', ignored",
                          "flint.timeout: cannot be 'soon', ignored",
                          "flint.on_failure: cannot be 'explode', ignored"));
  EXPECT_EQ(settings_.log_level(), log::Level::kError);
  EXPECT_EQ(settings_.boot_entry(), "a");
  EXPECT_THAT(settings_.timeout_seconds(), Optional(7U));
  EXPECT_EQ(settings_.on_failure(), OnFailure::kReset);
}

TEST_F(SettingsTest, WarnOfAKeyWithoutValue) {
  settings_.ApplyWords("flint.log");

  EXPECT_THAT(warnings_, ElementsAre("flint.log: cannot be '', ignored"));
}

TEST_F(SettingsTest, AcceptOnlyWholeNumbersThatFit) {
  for (const char* value :
       {"-1", "+1", "1s", "1.5", "0x10", "", " 1", "4294967296"}) {
    settings_.Apply("timeout", value);
    EXPECT_EQ(settings_.timeout_seconds(), std::nullopt) << value;
  }
  EXPECT_THAT(warnings_, SizeIs(8));

  settings_.Apply("timeout", "4294967295");
  EXPECT_THAT(settings_.timeout_seconds(), Optional(UINT32_MAX));
  settings_.Apply("timeout", "0");
  EXPECT_THAT(settings_.timeout_seconds(), Optional(0U));
}

TEST_F(SettingsTest, AcceptTheLongestEntryAndNoLonger) {
  const std::string longest(kMaxEntrySize, 'x');

  settings_.Apply("boot", longest);
  EXPECT_EQ(settings_.boot_entry(), longest);
  EXPECT_THAT(warnings_, IsEmpty());

  settings_.Apply("boot", longest + "y");
  EXPECT_EQ(settings_.boot_entry(), longest);
  EXPECT_THAT(warnings_, SizeIs(1));
}

TEST_F(SettingsTest, AcceptTheLongestOptionsAndNoLonger) {
  const std::string longest(kMaxOptionsSize, 'x');

  settings_.ApplyWords("\"flint.options=" + longest + "\"");
  EXPECT_EQ(settings_.options(), longest);
  EXPECT_THAT(warnings_, IsEmpty());

  settings_.Apply("options", longest + "y");
  EXPECT_EQ(settings_.options(), longest);
  EXPECT_THAT(warnings_, SizeIs(1));

  settings_.Apply("options", "");
  EXPECT_EQ(settings_.options(), "");
}

TEST_F(SettingsTest, RefuseAWordTooLongToKeepWhole) {
  // What is left of it when cut would be a number.
  settings_.ApplyWords("flint.timeout=" + std::string(5000, '0') + "9");

  EXPECT_EQ(settings_.timeout_seconds(), std::nullopt);
  EXPECT_THAT(warnings_, SizeIs(1));
}

TEST_F(SettingsTest, IgnoreLongWordsOfOthers) {
  settings_.ApplyWords("root=" + std::string(100'000, 'x') +
                       " flint.log=error");

  EXPECT_EQ(settings_.log_level(), log::Level::kError);
  EXPECT_THAT(warnings_, IsEmpty());
}

}  // namespace
}  // namespace flint::settings
