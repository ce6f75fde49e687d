// SPDX-License-Identifier: Apache-2.0
#include "drivers/rtc/cmos_clock.h"

#include <cstdint>

#include "drivers/io/fake_register_io.h"
#include "drivers/rtc/cmos_registers.h"
#include "drivers/rtc/fake_cmos.h"
#include "testing/result_matchers.h"

namespace flint::rtc {
namespace {

using flint::testing::IsError;
using flint::testing::IsOkAndHolds;

constexpr CalendarTime kNoon{2026, 11, 23, 12, 34, 56};

class CmosClockTest : public ::testing::Test {
 protected:
  io::FakeRegisterIo ports{0x1'0000};
  FakeCmos cmos{ports};
  CmosClock clock{ports, CmosSettings{}};
};

class CmosFormatTest : public CmosClockTest,
                       public ::testing::WithParamInterface<uint8_t> {};

TEST_P(CmosFormatTest, ReadsEveryHour) {
  cmos.set_status_b(GetParam());
  for (uint8_t hour = 0; hour < 24; ++hour) {
    const CalendarTime time{1999, 12, 31, hour, 5, 9};
    cmos.set_time(time);
    EXPECT_THAT(clock.Read(), IsOkAndHolds(time));
  }
}

TEST_P(CmosFormatTest, WritesEveryHour) {
  cmos.set_status_b(GetParam());
  for (uint8_t hour = 0; hour < 24; ++hour) {
    const CalendarTime time{2100, 2, 28, hour, 59, 0};
    ASSERT_OK(clock.Write(time));
    EXPECT_LE(ToSeconds(cmos.time()) - ToSeconds(time), 2u);
    EXPECT_EQ(cmos.status_b(), GetParam());
  }
}

TEST_P(CmosFormatTest, SetsAndReadsTheAlarm) {
  cmos.set_status_b(GetParam());
  for (uint8_t hour = 0; hour < 24; ++hour) {
    clock.SetAlarm(hour, 59, 10);
    EXPECT_EQ(clock.ReadAlarm(), (Alarm{true, false, hour, 59, 10}));
  }
  clock.DisableAlarm();
  EXPECT_EQ(clock.ReadAlarm(), (Alarm{false, false, 23, 59, 10}));
  EXPECT_EQ(cmos.status_b(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    CmosClock,
    CmosFormatTest,
    ::testing::Values(0, kHours24, kBinary, kBinary | kHours24));

TEST_F(CmosClockTest, NeverReadsATimeThatIsNot) {
  cmos.set_time({2026, 12, 31, 23, 59, 30});
  uint64_t before = ToSeconds(cmos.time());
  for (int i = 0; i < 2000; ++i) {
    ASSERT_OK_AND_ASSIGN(const CalendarTime time, clock.Read());
    EXPECT_GE(ToSeconds(time), before);
    EXPECT_LE(ToSeconds(time), ToSeconds(cmos.time()));
    before = ToSeconds(time);
    if (i == 1000) cmos.set_time({2027, 12, 31, 23, 59, 30});
    if (i == 1000) before = ToSeconds(cmos.time());
  }
}

TEST_F(CmosClockTest, GivesUpOnAClockThatIsAlwaysAboutToChange) {
  cmos.Jam();

  EXPECT_THAT(clock.Read(), IsError(ErrorCode::kTimedOut));
}

TEST(CmosClock, GivesUpOnAClockThatRaces) {
  io::FakeRegisterIo ports{0x1'0000};
  FakeCmos cmos{ports, {.accesses_per_second = 9, .accesses_of_update = 1}};
  CmosClock clock{ports, CmosSettings{}};

  EXPECT_THAT(clock.Read(), IsError(ErrorCode::kDeviceError));
}

TEST_F(CmosClockTest, FindsNoClockWhereThereIsNone) {
  cmos.Remove();

  EXPECT_THAT(clock.Read(), IsError(ErrorCode::kNotFound));
  EXPECT_LE(ports.accesses().size(), 2u) << "found out at once";
}

TEST_F(CmosClockTest, FindsNoTimeInAClockThatWasNeverSet) {
  cmos.set_status_b(kHours24 | kSet);  // shows its memory, which is zeros

  EXPECT_THAT(clock.Read(), IsError(ErrorCode::kNotFound));
  for (const uint8_t field : {kSecond, kMinute, kHour, kDay, kMonth, kYear}) {
    cmos.memory(field) = 0x01;
  }
  cmos.memory(0x32) = 0x20;
  EXPECT_OK(clock.Read());
  for (const uint8_t field : {kSecond, kMinute, kHour, kDay, kMonth, kYear}) {
    cmos.memory(field) = 0x0A;  // no BCD
    EXPECT_THAT(clock.Read(), IsError(ErrorCode::kNotFound));
    cmos.memory(field) = 0x01;
  }
}

TEST_F(CmosClockTest, GuessesTheCenturyWhereThereIsNone) {
  CmosClock without(ports, {.century_register = 0});

  cmos.set_time({2079, 12, 31, 1, 2, 3});
  EXPECT_THAT(without.Read(),
              IsOkAndHolds(CalendarTime{2079, 12, 31, 1, 2, 3}));
  cmos.set_time({2080, 1, 1, 0, 0, 0});
  EXPECT_THAT(without.Read(), IsOkAndHolds(CalendarTime{1980, 1, 1, 0, 0, 0}));
  EXPECT_THAT(without.Write({2080, 1, 1, 0, 0, 0}),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(without.Write({1979, 1, 1, 0, 0, 0}),
              IsError(ErrorCode::kOutOfRange));
}

TEST_F(CmosClockTest, RefusesTimesThatAreNone) {
  EXPECT_THAT(clock.Write({2026, 2, 29, 0, 0, 0}),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_TRUE(ports.accesses().empty());
}

TEST_F(CmosClockTest, StopsTheClockWhileSettingIt) {
  ASSERT_OK(clock.Write(kNoon));

  const auto writes = ports.writes();
  // Index and data for status B, six fields and the century, and status B.
  ASSERT_GE(writes.size(), 20u);
  const auto data = [&](size_t i) { return writes[i].value; };
  size_t start = 0;
  while (data(start) != kStatusB || data(start + 1) != (kSet | kHours24)) {
    ++start;
  }
  EXPECT_EQ(data(start + 16), kStatusB);
  EXPECT_EQ(data(start + 17), kHours24);
}

TEST_F(CmosClockTest, TheAlarmIsPendingOnce) {
  cmos.set_time({2026, 11, 23, 12, 0, 0});
  clock.SetAlarm(12, 0, 2);

  while (cmos.time().second < 3) (void)clock.Read();

  EXPECT_TRUE(clock.ReadAlarm().is_pending);
  EXPECT_FALSE(clock.ReadAlarm().is_pending);
}

TEST_F(CmosClockTest, AnAlarmThatMatchesAnyTimeReadsAsZero) {
  cmos.memory(kAlarmHour) = 0xFF;
  cmos.memory(kAlarmMinute) = 0xC0;
  cmos.memory(kAlarmSecond) = 0xFF;

  EXPECT_EQ(clock.ReadAlarm(), Alarm{});
}

TEST_F(CmosClockTest, ClocksWithModesHaveNoFixedHours) {
  for (const uint8_t status : {uint8_t{0}, kHours24}) {
    cmos.set_status_b(status);
    cmos.set_time({2026, 11, 23, 15, 30, 0});

    EXPECT_FALSE(clock.HasFixedHours());

    EXPECT_EQ(cmos.status_b(), status);
    EXPECT_EQ(cmos.time(), (CalendarTime{2026, 11, 23, 15, 30, 0}));
  }
}

TEST(CmosClock, ReadsAClockOf24HoursThatClaims12) {
  io::FakeRegisterIo ports{0x1'0000};
  FakeCmos cmos{ports, {.is_read_only = true}};
  CmosClock naive(ports, CmosSettings{});
  ASSERT_TRUE(naive.HasFixedHours());
  CmosClock clock(ports, {.has_fixed_hours = true});

  for (uint8_t hour = 0; hour < 24; ++hour) {
    const CalendarTime time{2026, 11, 23, hour, 0, 0};
    cmos.set_time(time);
    EXPECT_THAT(clock.Read(), IsOkAndHolds(time));
  }
  EXPECT_THAT(clock.Write({2020, 1, 1, 0, 0, 0}),
              IsError(ErrorCode::kReadOnly));
}

}  // namespace
}  // namespace flint::rtc
