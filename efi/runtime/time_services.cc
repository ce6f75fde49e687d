// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/time_services.h"

#include <algorithm>
#include <optional>

#include "drivers/clock/clock.h"

namespace flint::efi {
namespace {

using abi::EFI_STATUS;
using clock::kNanosecondsPerSecond;

constexpr uint16_t kFirstYear = 1900;
constexpr int16_t kMaxTimeZone = 24 * 60;
constexpr uint64_t kSecondsPerDay = 24 * 60 * 60;
// 50 parts per million, in 1e-6 of them: a crystal's.
constexpr uint32_t kAccuracy = 50'000'000;

/// The date and time, if all fields are in range. [uefi-2.10 8.3.1]
std::optional<rtc::CalendarTime> Checked(const abi::EFI_TIME& time) {
  constexpr uint8_t kDaylightMask =
      abi::EFI_TIME_ADJUST_DAYLIGHT | abi::EFI_TIME_IN_DAYLIGHT;
  const bool has_zone = time.TimeZone != abi::EFI_UNSPECIFIED_TIMEZONE;
  const rtc::CalendarTime calendar{.year = time.Year,
                                   .month = time.Month,
                                   .day = time.Day,
                                   .hour = time.Hour,
                                   .minute = time.Minute,
                                   .second = time.Second};
  if (time.Year < kFirstYear || !rtc::IsValid(calendar) ||
      time.Nanosecond >= kNanosecondsPerSecond ||
      (has_zone &&
       (time.TimeZone < -kMaxTimeZone || time.TimeZone > kMaxTimeZone)) ||
      (time.Daylight & ~kDaylightMask) != 0) {
    return std::nullopt;
  }
  return calendar;
}

EFI_STATUS ToStatus(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kOutOfRange:
      return abi::EFI_INVALID_PARAMETER;
    case ErrorCode::kReadOnly:
      return abi::EFI_UNSUPPORTED;
    case ErrorCode::kTruncated:
    case ErrorCode::kCorrupt:
    case ErrorCode::kUnsupported:
    case ErrorCode::kNotFound:
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kDeviceError:
    case ErrorCode::kTimedOut:
    case ErrorCode::kNoMemory:
      break;
  }
  return abi::EFI_DEVICE_ERROR;
}

}  // namespace

rtc::CmosClock TimeServices::Cmos() {
  return {machine_.ports,
          {.century_register = clock_.century_register,
           .has_fixed_hours = clock_.has_fixed_hours != 0}};
}

Result<TimeServices::Instant> TimeServices::Now() {
  if (clock_.kind == RuntimeClockKind::kCmos) {
    return Instant{TRY(Cmos().Read()), 0};
  }
  const uint64_t ticks = machine_.cpu.ReadTimestamp() - clock_.counter_start;
  // Less than a second of ticks, times a billion, fits.
  const uint64_t nanoseconds =
      ticks % clock_.counter_hz * kNanosecondsPerSecond / clock_.counter_hz +
      clock_.start_nanoseconds;
  const uint64_t seconds = clock_.start_seconds + ticks / clock_.counter_hz +
                           nanoseconds / kNanosecondsPerSecond;
  return Instant{rtc::FromSeconds(seconds),
                 static_cast<uint32_t>(nanoseconds % kNanosecondsPerSecond)};
}

abi::EFI_TIME TimeServices::ToEfiTime(const Instant& instant) const {
  return {.Year = instant.time.year,
          .Month = instant.time.month,
          .Day = instant.time.day,
          .Hour = instant.time.hour,
          .Minute = instant.time.minute,
          .Second = instant.time.second,
          .Pad1 = 0,
          .Nanosecond = instant.nanosecond,
          .TimeZone = clock_.time_zone,
          .Daylight = clock_.daylight,
          .Pad2 = 0};
}

EFI_STATUS TimeServices::GetTime(abi::EFI_TIME* time,
                                 abi::EFI_TIME_CAPABILITIES* capabilities) {
  if (time == nullptr) return abi::EFI_INVALID_PARAMETER;
  if (clock_.kind == RuntimeClockKind::kNone) return abi::EFI_UNSUPPORTED;
  const Result<Instant> now = Now();
  if (!now) return ToStatus(now.error());
  *time = ToEfiTime(*now);
  if (capabilities != nullptr) {
    const uint64_t resolution =
        clock_.kind == RuntimeClockKind::kCmos
            ? 1
            : std::min(clock_.counter_hz, kNanosecondsPerSecond);
    *capabilities = {.Resolution = static_cast<uint32_t>(resolution),
                     .Accuracy = kAccuracy,
                     .SetsToZero = abi::FALSE};
  }
  return abi::EFI_SUCCESS;
}

EFI_STATUS TimeServices::SetTime(const abi::EFI_TIME* time) {
  const auto calendar = time != nullptr ? Checked(*time) : std::nullopt;
  if (!calendar) return abi::EFI_INVALID_PARAMETER;
  if (clock_.kind == RuntimeClockKind::kNone) return abi::EFI_UNSUPPORTED;
  if (clock_.kind == RuntimeClockKind::kCmos) {
    const Status written = Cmos().Write(*calendar);
    if (!written) return ToStatus(written.error());
  } else {
    clock_.counter_start = machine_.cpu.ReadTimestamp();
    clock_.start_seconds = rtc::ToSeconds(*calendar);
    clock_.start_nanoseconds = time->Nanosecond;
  }
  clock_.time_zone = time->TimeZone;
  clock_.daylight = time->Daylight;
  return abi::EFI_SUCCESS;
}

bool TimeServices::HasAlarm() const {
  return clock_.kind == RuntimeClockKind::kCmos && clock_.has_alarm != 0;
}

EFI_STATUS TimeServices::GetWakeupTime(abi::BOOLEAN* enabled,
                                       abi::BOOLEAN* pending,
                                       abi::EFI_TIME* time) {
  if (enabled == nullptr || pending == nullptr || time == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  if (!HasAlarm()) return abi::EFI_UNSUPPORTED;
  const Result<Instant> now = Now();
  if (!now) return ToStatus(now.error());
  const rtc::Alarm alarm = Cmos().ReadAlarm();
  rtc::CalendarTime next = now->time;
  next.hour = alarm.hour;
  next.minute = alarm.minute;
  next.second = alarm.second;
  // One that has gone off was today; another that seems past is tomorrow's.
  if (next < now->time && !alarm.is_pending) {
    next = rtc::FromSeconds(rtc::ToSeconds(next) + kSecondsPerDay);
  }
  *enabled = alarm.is_enabled ? abi::TRUE : abi::FALSE;
  *pending = alarm.is_pending ? abi::TRUE : abi::FALSE;
  *time = ToEfiTime({next, 0});
  return abi::EFI_SUCCESS;
}

EFI_STATUS TimeServices::SetWakeupTime(abi::BOOLEAN enable,
                                       const abi::EFI_TIME* time) {
  const bool enables = enable != abi::FALSE;
  const auto wanted = time != nullptr ? Checked(*time) : std::nullopt;
  if (enables && !wanted) return abi::EFI_INVALID_PARAMETER;
  if (!HasAlarm()) return abi::EFI_UNSUPPORTED;
  if (!enables) {
    Cmos().DisableAlarm();
    return abi::EFI_SUCCESS;
  }
  const Result<Instant> now = Now();
  if (!now) return ToStatus(now.error());
  // The alarm knows no day. Wraps for what is past.
  const uint64_t ahead =
      rtc::ToSeconds(*wanted) - rtc::ToSeconds(now->time) - 1;
  if (ahead >= kSecondsPerDay) return abi::EFI_UNSUPPORTED;
  Cmos().SetAlarm(wanted->hour, wanted->minute, wanted->second);
  return abi::EFI_SUCCESS;
}

}  // namespace flint::efi
