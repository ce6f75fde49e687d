// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/register_io.h"
#include "drivers/rtc/calendar.h"
#include "platforms/base/result.h"

namespace flint::rtc {

/// What the clock cannot tell of itself.
struct CmosSettings {
  /// Where the hundreds of the year are, as the FADT has it; 0 for none, then
  /// years are from 1980 to 2079.
  uint8_t century_register = 0x32;
  /// Hours count to 23 even if the clock claims to count to 12: see
  /// `HasFixedHours`.
  bool has_fixed_hours = false;
};

/// The alarm, which knows the time of day but no day.
struct Alarm {
  bool is_enabled = false;
  bool is_pending = false;
  uint8_t hour = 0;
  uint8_t minute = 0;
  uint8_t second = 0;

  friend bool operator==(const Alarm&, const Alarm&) = default;
};

/// The real-time clock of a PC, in its battery-backed memory. [mc146818]
///
/// Every wait is bounded by a count of port accesses: each of them takes a
/// microsecond at least, so no other clock is needed. It assumes that nobody
/// else uses the ports at the same time.
class CmosClock final {
 public:
  /// `ports` are all I/O ports, and must outlive the object.
  CmosClock(io::RegisterIo& ports, const CmosSettings& settings)
      : ports_(ports), settings_(settings) {}

  /// Whether anything answers at the ports.
  bool IsThere();

  /// The time. kTimedOut if the clock is always about to change, kDeviceError
  /// if it never shows the same time twice, kNotFound if it shows no time at
  /// all: there is no clock, or it was never set.
  Result<CalendarTime> Read();

  /// Sets the clock. kOutOfRange if it cannot show that year, kReadOnly if it
  /// does not take the time, or else as `Read`.
  Status Write(const CalendarTime& time);

  /// The alarm. Forgets that it was pending. Fields that match any time are 0.
  Alarm ReadAlarm();

  /// Makes the alarm go off at the next time of that hour, minute and second.
  void SetAlarm(uint8_t hour, uint8_t minute, uint8_t second);
  void DisableAlarm();

  /// True for a clock that claims to count hours to 12, but has no such mode:
  /// it counts to 23. Stops a clock that can be set for a moment; ask once.
  bool HasFixedHours();

 private:
  struct Fields;
  struct Format;

  uint8_t ReadByte(uint8_t index);
  void WriteByte(uint8_t index, uint8_t value);
  bool WaitForQuiet();
  Format ReadFormat();
  Fields ReadFields();
  Result<CalendarTime> Decode(const Fields& fields, Format format) const;

  io::RegisterIo& ports_;
  CmosSettings settings_;
};

}  // namespace flint::rtc
