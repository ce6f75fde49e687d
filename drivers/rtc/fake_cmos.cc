// SPDX-License-Identifier: Apache-2.0
#include "drivers/rtc/fake_cmos.h"

#include "drivers/rtc/cmos_registers.h"

namespace flint::rtc {

FakeCmos::FakeCmos(io::FakeRegisterIo& ports, const Behaviour& behaviour)
    : ports_(ports),
      behaviour_(behaviour),
      seconds_(ToSeconds({2026, 11, 23, 7, 30, 0})) {
  if (behaviour.is_read_only) status_b_ = 0;
  ports.AddRegister(CmosIndex::kOffset, 8);
  ports.AddRegister(CmosData::kOffset, 8);
  ports.OnRead(CmosData::kOffset, [this] { return Read(); });
  ports.OnWrite(CmosData::kOffset,
                [this](uint32_t value) { Write(static_cast<uint8_t>(value)); });
}

bool FakeCmos::IsUpdating() const {
  return is_jammed_ || ((status_b_ & kSet) == 0 &&
                        phase_ >= behaviour_.accesses_per_second -
                                      behaviour_.accesses_of_update);
}

void FakeCmos::Tick() {
  if (++phase_ < behaviour_.accesses_per_second) return;
  phase_ = 0;
  if ((status_b_ & kSet) != 0) return;
  ++seconds_;
  const CalendarTime now = time();
  if (memory_[kAlarmSecond] == Encode(now.second) &&
      memory_[kAlarmMinute] == Encode(now.minute) &&
      memory_[kAlarmHour] == EncodeHour(now.hour)) {
    status_c_ |= kAlarmInterrupt;
  }
}

uint8_t FakeCmos::Encode(uint8_t value) const {
  if ((status_b_ & kBinary) != 0) return value;
  return static_cast<uint8_t>(value / 10 * 16 + value % 10);
}

uint8_t FakeCmos::Decode(uint8_t value) const {
  if ((status_b_ & kBinary) != 0) return value;
  return static_cast<uint8_t>(value / 16 * 10 + value % 16);
}

uint8_t FakeCmos::EncodeHour(uint8_t hour) const {
  if ((status_b_ & kHours24) != 0 || behaviour_.is_read_only) {
    return Encode(hour);
  }
  const uint8_t encoded = Encode(hour % 12 == 0 ? 12 : hour % 12);
  return hour < 12 ? encoded : encoded | kAfternoon;
}

uint8_t FakeCmos::DecodeHour(uint8_t value) const {
  if ((status_b_ & kHours24) != 0) return Decode(value);
  const auto hour = static_cast<uint8_t>(Decode(value & 0x7F) % 12);
  return (value & kAfternoon) == 0 ? hour : static_cast<uint8_t>(hour + 12);
}

uint8_t FakeCmos::TimeField(uint8_t index) const {
  const CalendarTime now = time();
  if (index == behaviour_.century_register) {
    return Encode(static_cast<uint8_t>(now.year / 100));
  }
  switch (index) {
    case kSecond:
      return Encode(now.second);
    case kMinute:
      return Encode(now.minute);
    case kHour:
      return EncodeHour(now.hour);
    case kDay:
      return Encode(now.day);
    case kMonth:
      return Encode(now.month);
    case kYear:
      return Encode(static_cast<uint8_t>(now.year % 100));
    default:
      return memory_[index];
  }
}

uint8_t FakeCmos::Read() {
  if (is_removed_) return 0xFF;
  Tick();
  const auto index = static_cast<uint8_t>(ports_.value(CmosIndex::kOffset));
  switch (index) {
    case kStatusA:
      return IsUpdating() ? 0xA6 : 0x26;
    case kStatusB:
      return status_b_;
    case kStatusC: {
      const uint8_t status = status_c_;
      status_c_ = 0;
      return status;
    }
    default:
      break;
  }
  const bool is_time = index <= kYear && (index % 2 == 0 || index >= kDay);
  if ((is_time || index == behaviour_.century_register) &&
      phase_ + 1 == behaviour_.accesses_per_second) {
    return garbage_ = static_cast<uint8_t>(garbage_ * 5 + 1);
  }
  if ((status_b_ & kSet) != 0) return memory_[index];
  return TimeField(index);
}

void FakeCmos::Write(uint8_t value) {
  if (behaviour_.is_read_only || is_removed_) return;
  Tick();
  const auto index = static_cast<uint8_t>(ports_.value(CmosIndex::kOffset));
  if (index != kStatusB) {
    memory_[index] = value;
    return;
  }
  const bool was_set = (status_b_ & kSet) != 0;
  if (!was_set && (value & kSet) != 0) {
    for (const uint8_t field : {kSecond,
                                kMinute,
                                kHour,
                                kDay,
                                kMonth,
                                kYear,
                                behaviour_.century_register}) {
      memory_[field] = TimeField(field);
    }
  }
  status_b_ = value;
  if (was_set && (value & kSet) == 0) WriteTime();
}

void FakeCmos::WriteTime() {
  seconds_ = ToSeconds({
      .year = static_cast<uint16_t>(
          Decode(memory_[behaviour_.century_register]) * 100 +
          Decode(memory_[kYear])),
      .month = Decode(memory_[kMonth]),
      .day = Decode(memory_[kDay]),
      .hour = DecodeHour(memory_[kHour]),
      .minute = Decode(memory_[kMinute]),
      .second = Decode(memory_[kSecond]),
  });
}

}  // namespace flint::rtc
