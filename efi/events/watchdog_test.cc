// SPDX-License-Identifier: Apache-2.0
#include "efi/events/watchdog.h"

#include <string>
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

struct RecordingAction final : WatchdogAction {
  void OnWatchdogExpired(const WatchdogReport& report) override {
    codes.push_back(report.code);
    seconds.push_back(report.timeout_seconds);
    text = report.text;
  }
  std::vector<uint64_t> codes;
  std::vector<uint64_t> seconds;
  std::u16string text;
};

class WatchdogTest : public ::testing::Test {
 protected:
  clock::FakeClock clock_;
  RecordingAction action_;
  Watchdog watchdog_{clock_, action_};
};

TEST_F(WatchdogTest, ExpiresOnceWithWhatTheImageSaid) {
  const char16_t text[] = u"stuck\0binary";
  watchdog_.Set(300, 0x12345, text, sizeof(text));
  clock_.Advance(299 * clock::kNanosecondsPerSecond);
  watchdog_.Check();
  EXPECT_TRUE(action_.codes.empty());

  clock_.Advance(1 * clock::kNanosecondsPerSecond);
  watchdog_.Check();
  watchdog_.Check();

  EXPECT_EQ(action_.codes, std::vector<uint64_t>{0x12345});
  EXPECT_EQ(action_.seconds, std::vector<uint64_t>{300});
  EXPECT_EQ(action_.text, u"stuck");
}

TEST_F(WatchdogTest, SettingStartsOverAndZeroTurnsItOff) {
  watchdog_.Set(10, 1, nullptr, 0);
  clock_.Advance(9 * clock::kNanosecondsPerSecond);
  watchdog_.Set(10, 2, nullptr, 0);
  clock_.Advance(9 * clock::kNanosecondsPerSecond);
  watchdog_.Check();
  EXPECT_TRUE(watchdog_.armed());

  watchdog_.Set(0, 3, nullptr, 0);
  clock_.Advance(100 * clock::kNanosecondsPerSecond);
  watchdog_.Check();

  EXPECT_FALSE(watchdog_.armed());
  EXPECT_TRUE(action_.codes.empty());
}

TEST_F(WatchdogTest, KeepsNoMoreTextThanItWasGivenOrHasRoomFor) {
  const std::u16string long_text(1000, u'x');
  watchdog_.Set(1, 1, long_text.data(), 6);
  clock_.Advance(2 * clock::kNanosecondsPerSecond);
  watchdog_.Check();
  EXPECT_EQ(action_.text, u"xxx");

  watchdog_.Set(1, 1, long_text.data(), long_text.size() * 2);
  clock_.Advance(2 * clock::kNanosecondsPerSecond);
  watchdog_.Check();
  EXPECT_EQ(action_.text, std::u16string(128, u'x'));
}

TEST_F(WatchdogTest, TheLongestTimeDoesNotWrap) {
  watchdog_.Set(UINT64_MAX, 1, nullptr, 0);
  clock_.Advance(uint64_t{1} << 60);

  watchdog_.Check();

  EXPECT_TRUE(action_.codes.empty());
}

}  // namespace
}  // namespace flint::efi
