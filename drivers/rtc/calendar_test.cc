// SPDX-License-Identifier: Apache-2.0
#include "drivers/rtc/calendar.h"

#include "gtest/gtest.h"

namespace flint::rtc {
namespace {

TEST(Calendar, KnowsWellKnownSeconds) {
  EXPECT_EQ(ToSeconds({1, 1, 1, 0, 0, 0}), 0u);
  EXPECT_EQ(FromSeconds(0), (CalendarTime{1, 1, 1, 0, 0, 0}));
  EXPECT_EQ(FromSeconds(uint64_t{3'652'059} * 86'400 - 1),
            (CalendarTime{9999, 12, 31, 23, 59, 59}));
  EXPECT_EQ(ToSeconds({1970, 1, 1, 0, 0, 0}), kUnixEpochSeconds);
  EXPECT_EQ(ToSeconds({2001, 9, 9, 1, 46, 40}) - kUnixEpochSeconds,
            1'000'000'000u);
  EXPECT_EQ(ToSeconds({2038, 1, 19, 3, 14, 7}) - kUnixEpochSeconds,
            0x7FFF'FFFFu);
}

TEST(Calendar, EveryDayFollowsTheDayBefore) {
  // The calendar repeats after 400 years.
  CalendarTime before{1898, 12, 31, 0, 0, 0};
  const uint64_t first = ToSeconds(before) / 86'400 + 1;
  for (uint64_t day = first; day <= first + 146'097; ++day) {
    const CalendarTime time = FromSeconds(day * 86'400);
    ASSERT_TRUE(IsValid(time)) << day;
    ASSERT_GT(time, before) << day;
    ASSERT_EQ(ToSeconds(time), day * 86'400);
    // The day before either goes on or was the last of its month.
    CalendarTime next = before;
    ++next.day;
    if (IsValid(next)) {
      ASSERT_EQ(time, next);
    } else {
      ASSERT_EQ(time.day, 1);
    }
    before = time;
  }
  EXPECT_EQ(before, (CalendarTime{2299, 1, 1, 0, 0, 0}));
}

TEST(Calendar, CountsTheSecondsOfADay) {
  const uint64_t start = ToSeconds({2024, 2, 29, 0, 0, 0});
  EXPECT_EQ(FromSeconds(start + 86'399),
            (CalendarTime{2024, 2, 29, 23, 59, 59}));
  EXPECT_EQ(FromSeconds(start + 3'661), (CalendarTime{2024, 2, 29, 1, 1, 1}));
}

TEST(Calendar, RefusesWhatDoesNotExist) {
  EXPECT_TRUE(IsValid({2000, 2, 29, 23, 59, 59}));
  EXPECT_FALSE(IsValid({1900, 2, 29, 0, 0, 0}));
  EXPECT_FALSE(IsValid({2026, 2, 29, 0, 0, 0}));
  EXPECT_FALSE(IsValid({2026, 4, 31, 0, 0, 0}));
  EXPECT_TRUE(IsValid({2026, 8, 31, 0, 0, 0}));
  EXPECT_FALSE(IsValid({2026, 0, 1, 0, 0, 0}));
  EXPECT_FALSE(IsValid({2026, 13, 1, 0, 0, 0}));
  EXPECT_FALSE(IsValid({2026, 1, 0, 0, 0, 0}));
  EXPECT_FALSE(IsValid({2026, 1, 1, 24, 0, 0}));
  EXPECT_FALSE(IsValid({2026, 1, 1, 0, 60, 0}));
  EXPECT_FALSE(IsValid({2026, 1, 1, 0, 0, 60}));
  EXPECT_FALSE(IsValid({0, 1, 1, 0, 0, 0}));
  EXPECT_FALSE(IsValid({10000, 1, 1, 0, 0, 0}));
}

}  // namespace
}  // namespace flint::rtc
