// SPDX-License-Identifier: Apache-2.0

// The four time services, through the table. [uefi-2.10 8.3]

#include <functional>
#include <utility>

#include "drivers/rtc/calendar.h"
#include "efi/abi/status.h"
#include "efi/runtime/program_fixture.h"
#include "efi/runtime/runtime_variables.h"

namespace flint::efi {
namespace {

using abi::EFI_TIME;

constexpr EFI_TIME kTime{.Year = 2026,
                         .Month = 11,
                         .Day = 23,
                         .Hour = 17,
                         .Minute = 45,
                         .Second = 30,
                         .Pad1 = 0,
                         .Nanosecond = 0,
                         .TimeZone = -60,
                         .Daylight = abi::EFI_TIME_ADJUST_DAYLIGHT,
                         .Pad2 = 0};

class TimeServicesTest : public ProgramTest {
 protected:
  EFI_TIME Now() {
    EFI_TIME time{};
    EXPECT_EQ(services.GetTime(&time, nullptr), abi::EFI_SUCCESS);
    return time;
  }
};

TEST_F(TimeServicesTest, TellTheTimeAndWhatItIsWorth) {
  machine.cmos.set_time({1999, 12, 31, 23, 58, 7});
  EFI_TIME time{};
  time.Pad1 = time.Pad2 = 0xEE;
  abi::EFI_TIME_CAPABILITIES capabilities{};

  ASSERT_EQ(services.GetTime(&time, &capabilities), abi::EFI_SUCCESS);

  EXPECT_EQ(time.Year, 1999);
  EXPECT_EQ(time.Month, 12);
  EXPECT_EQ(time.Day, 31);
  EXPECT_EQ(time.Hour, 23);
  EXPECT_EQ(time.Minute, 58);
  EXPECT_EQ(time.Second, 7);
  EXPECT_EQ(time.Nanosecond, 0u);
  EXPECT_EQ(time.TimeZone, abi::EFI_UNSPECIFIED_TIMEZONE);
  EXPECT_EQ(time.Daylight, 0);
  EXPECT_EQ(time.Pad1 | time.Pad2, 0);
  EXPECT_EQ(capabilities.Resolution, 1u);
  EXPECT_EQ(capabilities.Accuracy, 50'000'000u);
}

TEST_F(TimeServicesTest, KeepTheTimeThatIsSetAndItsZone) {
  EFI_TIME time = kTime;

  ASSERT_EQ(services.SetTime(&time), abi::EFI_SUCCESS);

  EXPECT_EQ(machine.cmos.time().hour, 17);
  EXPECT_EQ(Now().Minute, 45);
  EXPECT_EQ(Now().TimeZone, -60);
  EXPECT_EQ(Now().Daylight, abi::EFI_TIME_ADJUST_DAYLIGHT);
  const auto kept =
      VariablesOf(handoff, nullptr).Find(kTimeZoneName, kFlintVariableGuid);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->size(), 3u);
}

TEST_F(TimeServicesTest, RefuseTimesThatAreNone) {
  const std::pair<const char*, std::function<void(EFI_TIME&)>> mistakes[] = {
      {"year", [](EFI_TIME& t) { t.Year = 1899; }},
      {"year", [](EFI_TIME& t) { t.Year = 10000; }},
      {"month", [](EFI_TIME& t) { t.Month = 0; }},
      {"month", [](EFI_TIME& t) { t.Month = 13; }},
      {"day", [](EFI_TIME& t) { t.Day = 0; }},
      {"day", [](EFI_TIME& t) { t.Day = 31; }},
      {"leap day", [](EFI_TIME& t) { t.Month = 2, t.Day = 29; }},
      {"hour", [](EFI_TIME& t) { t.Hour = 24; }},
      {"minute", [](EFI_TIME& t) { t.Minute = 60; }},
      {"second", [](EFI_TIME& t) { t.Second = 60; }},
      {"nanosecond", [](EFI_TIME& t) { t.Nanosecond = 1'000'000'000; }},
      {"zone", [](EFI_TIME& t) { t.TimeZone = 1441; }},
      {"zone", [](EFI_TIME& t) { t.TimeZone = -1441; }},
      {"zone", [](EFI_TIME& t) { t.TimeZone = 0x7FE; }},
      {"daylight", [](EFI_TIME& t) { t.Daylight = 4; }},
  };
  const rtc::CalendarTime before = machine.cmos.time();
  for (const auto& [what, make] : mistakes) {
    EFI_TIME time = kTime;
    make(time);

    EXPECT_EQ(services.SetTime(&time), abi::EFI_INVALID_PARAMETER) << what;
    EXPECT_EQ(services.SetWakeupTime(abi::TRUE, &time),
              abi::EFI_INVALID_PARAMETER)
        << what;
  }
  EXPECT_EQ(services.SetTime(nullptr), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.GetTime(nullptr, nullptr), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(machine.cmos.time(), before);
}

TEST_F(TimeServicesTest, TellWhenTheClockDoesNotWork) {
  machine.cmos.Jam();
  EFI_TIME time = kTime;

  EXPECT_EQ(services.GetTime(&time, nullptr), abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(services.SetTime(&time), abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(services.SetWakeupTime(abi::TRUE, &time), abi::EFI_DEVICE_ERROR);
}

TEST_F(TimeServicesTest, RefuseYearsThatTheClockCannotShow) {
  handoff.clock.century_register = 0;
  EFI_TIME time = kTime;
  time.Year = 2080;

  EXPECT_EQ(services.SetTime(&time), abi::EFI_INVALID_PARAMETER);
}

TEST_F(TimeServicesTest, AreUnsupportedWithoutAClock) {
  handoff.clock.kind = RuntimeClockKind::kNone;
  EFI_TIME time = kTime;
  abi::BOOLEAN flag = 0;

  EXPECT_EQ(services.GetTime(&time, nullptr), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(services.SetTime(&time), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(services.GetWakeupTime(&flag, &flag, &time), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(services.SetWakeupTime(abi::TRUE, &time), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(services.SetWakeupTime(abi::FALSE, nullptr), abi::EFI_UNSUPPORTED);
}

TEST_F(TimeServicesTest, CountOnWithTheProcessor) {
  handoff.clock.kind = RuntimeClockKind::kCounter;
  handoff.clock.counter_start = machine.cpu.timestamp();
  handoff.clock.start_seconds = rtc::ToSeconds({2026, 12, 31, 23, 59, 58});
  handoff.clock.start_nanoseconds = 900'000'000;
  machine.cpu.set_ticks_per_reading(0);
  machine.cpu.AdvanceTimestamp(1'150'000'000);  // of 1 GHz

  EXPECT_EQ(Now().Year, 2027);
  EXPECT_EQ(Now().Second, 0);
  EXPECT_EQ(Now().Nanosecond, 50'000'000u);

  EFI_TIME time = kTime;
  time.Nanosecond = 999'999'999;
  ASSERT_EQ(services.SetTime(&time), abi::EFI_SUCCESS);
  machine.cpu.AdvanceTimestamp(1);
  EXPECT_EQ(Now().Second, 31);
  EXPECT_EQ(Now().Nanosecond, 0u);
}

TEST_F(TimeServicesTest, SetAndTellTheAlarm) {
  machine.cmos.set_time({2026, 11, 23, 17, 0, 0});
  EFI_TIME time = kTime;

  ASSERT_EQ(services.SetWakeupTime(abi::TRUE, &time), abi::EFI_SUCCESS);

  abi::BOOLEAN enabled = 9;
  abi::BOOLEAN pending = 9;
  EFI_TIME alarm{};
  ASSERT_EQ(services.GetWakeupTime(&enabled, &pending, &alarm),
            abi::EFI_SUCCESS);
  EXPECT_EQ(enabled, abi::TRUE);
  EXPECT_EQ(pending, abi::FALSE);
  EXPECT_EQ(alarm.Day, 23);
  EXPECT_EQ(alarm.Hour, 17);
  EXPECT_EQ(alarm.Minute, 45);
  ASSERT_EQ(services.SetWakeupTime(abi::FALSE, nullptr), abi::EFI_SUCCESS);
  ASSERT_EQ(services.GetWakeupTime(&enabled, &pending, &alarm),
            abi::EFI_SUCCESS);
  EXPECT_EQ(enabled, abi::FALSE);
}

TEST_F(TimeServicesTest, AnAlarmIsWithinADay) {
  machine.cmos.set_time({2026, 11, 30, 18, 0, 0});
  EFI_TIME time = kTime;
  const auto set = [&](uint8_t month, uint8_t day, uint8_t hour) {
    time.Month = month;
    time.Day = day;
    time.Hour = hour;
    return services.SetWakeupTime(abi::TRUE, &time);
  };

  EXPECT_EQ(set(11, 30, 17), abi::EFI_UNSUPPORTED) << "past";
  EXPECT_EQ(set(12, 1, 18), abi::EFI_UNSUPPORTED) << "more than a day";
  EXPECT_EQ(set(12, 1, 17), abi::EFI_SUCCESS);
  abi::BOOLEAN flag = 0;
  ASSERT_EQ(services.GetWakeupTime(&flag, &flag, &time), abi::EFI_SUCCESS);
  EXPECT_EQ(time.Month, 12);
  EXPECT_EQ(time.Day, 1);
}

TEST_F(TimeServicesTest, AnAlarmThatWentOffIsPending) {
  machine.cmos.set_time({2026, 11, 23, 17, 45, 29});
  EFI_TIME time = kTime;
  ASSERT_EQ(services.SetWakeupTime(abi::TRUE, &time), abi::EFI_SUCCESS);

  while (Now().Second < 31) {
  }

  abi::BOOLEAN enabled = 0;
  abi::BOOLEAN pending = 0;
  ASSERT_EQ(services.GetWakeupTime(&enabled, &pending, &time),
            abi::EFI_SUCCESS);
  EXPECT_EQ(pending, abi::TRUE);
  EXPECT_EQ(time.Day, 23);
}

TEST_F(TimeServicesTest, RefuseMissingParameters) {
  abi::BOOLEAN flag = 0;
  EFI_TIME time{};

  EXPECT_EQ(services.GetWakeupTime(nullptr, &flag, &time),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.GetWakeupTime(&flag, nullptr, &time),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.GetWakeupTime(&flag, &flag, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.SetWakeupTime(abi::TRUE, nullptr),
            abi::EFI_INVALID_PARAMETER);
}

}  // namespace
}  // namespace flint::efi
