// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/register_io.h"

/// The clock's registers: an index port and a data port. [mc146818]
namespace flint::rtc {

struct CmosIndex : io::Register<uint8_t, 0x70> {};
struct CmosData : io::Register<uint8_t, 0x71> {};

// What can be selected by the index.
inline constexpr uint8_t kSecond = 0x00;
inline constexpr uint8_t kAlarmSecond = 0x01;
inline constexpr uint8_t kMinute = 0x02;
inline constexpr uint8_t kAlarmMinute = 0x03;
inline constexpr uint8_t kHour = 0x04;
inline constexpr uint8_t kAlarmHour = 0x05;
inline constexpr uint8_t kDay = 0x07;
inline constexpr uint8_t kMonth = 0x08;
inline constexpr uint8_t kYear = 0x09;
inline constexpr uint8_t kStatusA = 0x0A;
inline constexpr uint8_t kStatusB = 0x0B;
inline constexpr uint8_t kStatusC = 0x0C;  // cleared by reading

inline constexpr uint8_t kUpdateInProgress = 0x80;  // status A
inline constexpr uint8_t kSet = 0x80;               // status B: time stands
inline constexpr uint8_t kAlarmInterrupt = 0x20;    // status B and C
inline constexpr uint8_t kBinary = 0x04;            // status B: not BCD
inline constexpr uint8_t kHours24 = 0x02;           // status B: not 12

inline constexpr uint8_t kAfternoon = 0x80;  // in an hour of 12-hour clocks

}  // namespace flint::rtc
