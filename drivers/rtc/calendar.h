// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

namespace flint::rtc {

/// A date and a time of day in the calendar of today, whatever the zone.
struct CalendarTime {
  uint16_t year = 1970;
  uint8_t month = 1;  // 1 - 12
  uint8_t day = 1;    // 1 - 31
  uint8_t hour = 0;   // 0 - 23
  uint8_t minute = 0;
  uint8_t second = 0;

  friend auto operator<=>(const CalendarTime&, const CalendarTime&) = default;
};

/// True if the day exists and the clock can show the time; years have four
/// digits and begin with 1.
bool IsValid(const CalendarTime& time);

/// Seconds since the start of year 1. `time` is valid.
uint64_t ToSeconds(const CalendarTime& time);

/// The inverse. Wraps after year 9999, which no clock reaches.
CalendarTime FromSeconds(uint64_t seconds);

/// The start of 1970, from which others count.
inline constexpr uint64_t kUnixEpochSeconds = uint64_t{719'162} * 86'400;

}  // namespace flint::rtc
