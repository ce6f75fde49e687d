// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/timestamps.h"

#include <algorithm>

namespace flint::fat {

namespace {

constexpr uint16_t kFirstYear = 1980;
constexpr uint16_t kLastYear = 2107;
constexpr uint32_t kNanosecondsPerCentisecond = 10'000'000;

}  // namespace

volume::Timestamp DecodeTimestamp(uint16_t date,
                                  uint16_t time,
                                  uint8_t centiseconds) {
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

std::optional<EncodedTimestamp> EncodeTimestamp(const volume::Timestamp& time) {
  const bool exists = time.year != 0 && time.month >= 1 && time.month <= 12 &&
                      time.day >= 1 && time.day <= 31 && time.hour < 24 &&
                      time.minute < 60 && time.second < 60;
  if (!exists) return std::nullopt;
  if (time.year < kFirstYear) return EncodedTimestamp{kFirstDate, 0, 0};
  if (time.year > kLastYear) {
    return EncodeTimestamp({.year = kLastYear,
                            .month = 12,
                            .day = 31,
                            .hour = 23,
                            .minute = 59,
                            .second = 59});
  }
  const uint32_t hundredths =
      time.second % 2 * 100u +
      std::min(time.nanosecond / kNanosecondsPerCentisecond, 99u);
  return EncodedTimestamp{
      .date = static_cast<uint16_t>((time.year - kFirstYear) << 9 |
                                    time.month << 5 | time.day),
      .time = static_cast<uint16_t>(time.hour << 11 | time.minute << 5 |
                                    time.second / 2),
      .centiseconds = static_cast<uint8_t>(hundredths)};
}

}  // namespace flint::fat
