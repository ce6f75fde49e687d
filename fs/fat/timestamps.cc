// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/timestamps.h"

namespace flint::fat {

volume::Timestamp DecodeTimestamp(uint16_t date,
                                  uint16_t time,
                                  uint8_t centiseconds) {
  constexpr uint16_t kFirstYear = 1980;
  constexpr uint32_t kNanosecondsPerCentisecond = 10'000'000;
  const volume::Timestamp result{
      .year = static_cast<uint16_t>(kFirstYear + (date >> 9)),
      .month = static_cast<uint8_t>(date >> 5 & 0xf),
      .day = static_cast<uint8_t>(date & 0x1f),
      .hour = static_cast<uint8_t>(time >> 11),
      .minute = static_cast<uint8_t>(time >> 5 & 0x3f),
      .second = static_cast<uint8_t>((time & 0x1f) * 2 + centiseconds / 100),
      .nanosecond = centiseconds % 100 * kNanosecondsPerCentisecond};
  const bool exists = result.month >= 1 && result.month <= 12 &&
                      result.day >= 1 && result.hour < 24 &&
                      result.minute < 60 && result.second < 60;
  return exists ? result : volume::Timestamp{};
}

}  // namespace flint::fat
