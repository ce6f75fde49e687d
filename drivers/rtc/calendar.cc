// SPDX-License-Identifier: Apache-2.0
#include "drivers/rtc/calendar.h"

namespace flint::rtc {
namespace {

constexpr uint64_t kSecondsPerDay = 86'400;
constexpr uint32_t kDaysPerYear = 365;
constexpr uint32_t kDaysPer4Years = 4 * kDaysPerYear + 1;
constexpr uint32_t kDaysPer100Years = 25 * kDaysPer4Years - 1;
constexpr uint32_t kDaysPer400Years = 4 * kDaysPer100Years + 1;
constexpr uint16_t kMaxYear = 9999;

constexpr bool IsLeapYear(uint32_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr uint32_t DaysInMonth(uint32_t year, uint32_t month) {
  if (month == 2) return IsLeapYear(year) ? 29 : 28;
  // 31 for odd months up to July and even ones from August on.
  return 30 + ((month + month / 8) & 1);
}

/// Days from the start of year 1 to the start of `year`.
constexpr uint32_t DaysBeforeYear(uint32_t year) {
  const uint32_t past = year - 1;
  return past * kDaysPerYear + past / 4 - past / 100 + past / 400;
}

/// The year of a day counted from the start of year 1.
constexpr uint32_t YearOf(uint32_t days) {
  const uint32_t guess = days / kDaysPer400Years * 400 +
                         days % kDaysPer400Years / (kDaysPerYear + 1) + 1;
  uint32_t year = guess;
  while (DaysBeforeYear(year + 1) <= days) ++year;
  return year;
}

}  // namespace

bool IsValid(const CalendarTime& time) {
  return time.year >= 1 && time.year <= kMaxYear && time.month >= 1 &&
         time.month <= 12 && time.day >= 1 &&
         time.day <= DaysInMonth(time.year, time.month) && time.hour < 24 &&
         time.minute < 60 && time.second < 60;
}

uint64_t ToSeconds(const CalendarTime& time) {
  uint64_t days = DaysBeforeYear(time.year);
  for (uint32_t month = 1; month < time.month; ++month) {
    days += DaysInMonth(time.year, month);
  }
  days += time.day - 1U;
  const uint64_t minutes = (days * 24 + time.hour) * 60 + time.minute;
  return minutes * 60 + time.second;
}

CalendarTime FromSeconds(uint64_t seconds) {
  constexpr uint64_t kEnd =
      uint64_t{DaysBeforeYear(kMaxYear + 1)} * kSecondsPerDay;
  seconds %= kEnd;
  const auto days = static_cast<uint32_t>(seconds / kSecondsPerDay);
  const auto second_of_day = static_cast<uint32_t>(seconds % kSecondsPerDay);
  const uint32_t year = YearOf(days);
  uint32_t day = days - DaysBeforeYear(year);
  uint32_t month = 1;
  for (; day >= DaysInMonth(year, month); ++month) {
    day -= DaysInMonth(year, month);
  }
  return {
      .year = static_cast<uint16_t>(year),
      .month = static_cast<uint8_t>(month),
      .day = static_cast<uint8_t>(day + 1),
      .hour = static_cast<uint8_t>(second_of_day / 3600),
      .minute = static_cast<uint8_t>(second_of_day / 60 % 60),
      .second = static_cast<uint8_t>(second_of_day % 60),
  };
}

}  // namespace flint::rtc
