// SPDX-License-Identifier: Apache-2.0
#include "drivers/rtc/cmos_clock.h"

#include "drivers/rtc/cmos_registers.h"

namespace flint::rtc {
namespace {

// Before it changes, the clock says so for 2.2 ms at most: some 4000 accesses
// of two microseconds, which a virtual machine does not undercut.
constexpr int kMaxQuietReads = 20'000;
// A reading takes much less than a second.
constexpr int kMaxReadings = 8;
// What ports read as where no device is; no clock ever has this status.
constexpr uint8_t kNothingThere = 0xFF;
// What may pass between setting the clock and reading it again.
constexpr uint64_t kSetToleranceSeconds = 2;
// Without a century, from this year on.
constexpr uint16_t kFirstYear = 1980;

constexpr uint8_t FromBcd(uint8_t value) {
  return static_cast<uint8_t>((value >> 4) * 10 + (value & 0x0F));
}
constexpr uint8_t ToBcd(uint8_t value) {
  return static_cast<uint8_t>((value / 10) << 4 | value % 10);
}
constexpr bool IsBcd(uint8_t value) {
  return (value >> 4) < 10 && (value & 0x0F) < 10;
}

}  // namespace

/// How numbers are written.
struct CmosClock::Format {
  bool is_binary;
  bool has_24_hours;

  uint8_t Encode(uint8_t value) const {
    return is_binary ? value : ToBcd(value);
  }

  /// 255, which no field can be, for what is no number.
  uint8_t Decode(uint8_t value) const {
    if (is_binary) return value;
    return IsBcd(value) ? FromBcd(value) : uint8_t{255};
  }

  uint8_t EncodeHour(uint8_t hour) const {
    if (has_24_hours) return Encode(hour);
    const uint8_t of_12 = hour % 12 == 0 ? uint8_t{12} : hour % 12;
    return Encode(of_12) | (hour >= 12 ? kAfternoon : uint8_t{0});
  }

  uint8_t DecodeHour(uint8_t value) const {
    if (has_24_hours) return Decode(value);
    const uint8_t of_12 = Decode(value & static_cast<uint8_t>(~kAfternoon));
    if (of_12 < 1 || of_12 > 12) return 255;
    return static_cast<uint8_t>(of_12 % 12 +
                                ((value & kAfternoon) != 0 ? 12 : 0));
  }
};

/// The registers as they are.
struct CmosClock::Fields {
  uint8_t second;
  uint8_t minute;
  uint8_t hour;
  uint8_t day;
  uint8_t month;
  uint8_t year;
  uint8_t century;

  friend bool operator==(const Fields&, const Fields&) = default;
};

uint8_t CmosClock::ReadByte(uint8_t index) {
  ports_.Write<CmosIndex>(index);
  return ports_.Read<CmosData>();
}

void CmosClock::WriteByte(uint8_t index, uint8_t value) {
  ports_.Write<CmosIndex>(index);
  ports_.Write<CmosData>(value);
}

bool CmosClock::WaitForQuiet() {
  for (int i = 0; i < kMaxQuietReads; ++i) {
    if ((ReadByte(kStatusA) & kUpdateInProgress) == 0) return true;
  }
  return false;
}

CmosClock::Format CmosClock::ReadFormat() {
  const uint8_t status = ReadByte(kStatusB);
  return {
      .is_binary = (status & kBinary) != 0,
      .has_24_hours = settings_.has_fixed_hours || (status & kHours24) != 0};
}

CmosClock::Fields CmosClock::ReadFields() {
  return {
      .second = ReadByte(kSecond),
      .minute = ReadByte(kMinute),
      .hour = ReadByte(kHour),
      .day = ReadByte(kDay),
      .month = ReadByte(kMonth),
      .year = ReadByte(kYear),
      .century = settings_.century_register != 0
                     ? ReadByte(settings_.century_register)
                     : uint8_t{0},
  };
}

Result<CalendarTime> CmosClock::Decode(const Fields& fields,
                                       Format format) const {
  const uint8_t year = format.Decode(fields.year);
  const uint8_t century = format.Decode(fields.century);
  if (year > 99 || century > 99) {
    return Fail(ErrorCode::kNotFound, "the CMOS clock shows no date");
  }
  uint16_t full_year = static_cast<uint16_t>(century * 100 + year);
  if (settings_.century_register == 0) {
    full_year = static_cast<uint16_t>(1900 + year);
    if (full_year < kFirstYear) full_year += 100;
  }
  const CalendarTime time{
      .year = full_year,
      .month = format.Decode(fields.month),
      .day = format.Decode(fields.day),
      .hour = format.DecodeHour(fields.hour),
      .minute = format.Decode(fields.minute),
      .second = format.Decode(fields.second),
  };
  if (!IsValid(time)) {
    return Fail(ErrorCode::kNotFound, "the CMOS clock shows no time");
  }
  return time;
}

bool CmosClock::IsThere() { return ReadByte(kStatusB) != kNothingThere; }

Result<CalendarTime> CmosClock::Read() {
  // Else it would seem to change for ever.
  if (!IsThere()) {
    return Fail(ErrorCode::kNotFound, "there is no CMOS clock");
  }
  const Format format = ReadFormat();
  for (int i = 0; i < kMaxReadings; ++i) {
    if (!WaitForQuiet()) {
      return Fail(ErrorCode::kTimedOut, "the CMOS clock is never at rest");
    }
    const Fields first = ReadFields();
    // A virtual machine may stop for any time between two accesses, so that the
    // flag alone does not tell that nothing changed meanwhile.
    if (!WaitForQuiet()) continue;
    if (ReadFields() == first) return Decode(first, format);
  }
  return Fail(ErrorCode::kDeviceError, "the CMOS clock shows no steady time");
}

Status CmosClock::Write(const CalendarTime& time) {
  const bool has_century = settings_.century_register != 0;
  if (!IsValid(time) || (!has_century && (time.year < kFirstYear ||
                                          time.year >= kFirstYear + 100))) {
    return Fail(ErrorCode::kOutOfRange, "the CMOS clock cannot show that time");
  }
  const Format format = ReadFormat();
  const uint8_t status = ReadByte(kStatusB) & static_cast<uint8_t>(~kSet);
  WriteByte(kStatusB, status | kSet);
  WriteByte(kSecond, format.Encode(time.second));
  WriteByte(kMinute, format.Encode(time.minute));
  WriteByte(kHour, format.EncodeHour(time.hour));
  WriteByte(kDay, format.Encode(time.day));
  WriteByte(kMonth, format.Encode(time.month));
  WriteByte(kYear, format.Encode(static_cast<uint8_t>(time.year % 100)));
  if (has_century) {
    WriteByte(settings_.century_register,
              format.Encode(static_cast<uint8_t>(time.year / 100)));
  }
  WriteByte(kStatusB, status);

  const CalendarTime now = TRY(Read());
  // Wraps if the clock is behind.
  if (ToSeconds(now) - ToSeconds(time) > kSetToleranceSeconds) {
    return Fail(ErrorCode::kReadOnly, "the CMOS clock cannot be set");
  }
  return {};
}

Alarm CmosClock::ReadAlarm() {
  const Format format = ReadFormat();
  const auto at_most = [](uint8_t value, uint8_t limit) {
    return value <= limit ? value : uint8_t{0};
  };
  return {
      .is_enabled = (ReadByte(kStatusB) & kAlarmInterrupt) != 0,
      .is_pending = (ReadByte(kStatusC) & kAlarmInterrupt) != 0,
      .hour = at_most(format.DecodeHour(ReadByte(kAlarmHour)), 23),
      .minute = at_most(format.Decode(ReadByte(kAlarmMinute)), 59),
      .second = at_most(format.Decode(ReadByte(kAlarmSecond)), 59),
  };
}

void CmosClock::SetAlarm(uint8_t hour, uint8_t minute, uint8_t second) {
  const Format format = ReadFormat();
  // It must not go off at a mixture of the old and the new time.
  DisableAlarm();
  WriteByte(kAlarmSecond, format.Encode(second));
  WriteByte(kAlarmMinute, format.Encode(minute));
  WriteByte(kAlarmHour, format.EncodeHour(hour));
  (void)ReadByte(kStatusC);
  WriteByte(kStatusB, ReadByte(kStatusB) | kAlarmInterrupt);
}

void CmosClock::DisableAlarm() {
  WriteByte(kStatusB,
            ReadByte(kStatusB) & static_cast<uint8_t>(~kAlarmInterrupt));
}

bool CmosClock::HasFixedHours() {
  const uint8_t status = ReadByte(kStatusB);
  if ((status & kHours24) != 0) return false;
  // While the time stands, nothing is converted from one mode to the other.
  WriteByte(kStatusB, status | kSet);
  WriteByte(kStatusB, status | kSet | kHours24);
  const bool took_it = (ReadByte(kStatusB) & kHours24) != 0;
  WriteByte(kStatusB, status | kSet);
  WriteByte(kStatusB, status);
  return !took_it;
}

}  // namespace flint::rtc
