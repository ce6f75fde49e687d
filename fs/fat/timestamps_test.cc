// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/timestamps.h"

#include <cstdint>

#include "fs/volume/file_system.h"
#include "gtest/gtest.h"

namespace flint::fat {
namespace {

using volume::Timestamp;

constexpr uint16_t Date(int year, int month, int day) {
  return static_cast<uint16_t>((year - 1980) << 9 | month << 5 | day);
}
constexpr uint16_t Time(int hour, int minute, int second) {
  return static_cast<uint16_t>(hour << 11 | minute << 5 | second / 2);
}

TEST(DecodeTimestamp, DecodesAllFields) {
  const Timestamp expected{.year = 2026,
                           .month = 11,
                           .day = 23,
                           .hour = 21,
                           .minute = 59,
                           .second = 57,
                           .nanosecond = 230'000'000};

  EXPECT_EQ(DecodeTimestamp(Date(2026, 11, 23), Time(21, 59, 56), 123),
            expected);
}

TEST(DecodeTimestamp, ReachesFrom1980To2107) {
  EXPECT_EQ(DecodeTimestamp(Date(1980, 1, 1), 0, 0).year, 1980);
  EXPECT_EQ(DecodeTimestamp(Date(2107, 12, 31), 0, 0).year, 2107);
}

TEST(DecodeTimestamp, KnowsWhatWasNotSet) {
  EXPECT_EQ(DecodeTimestamp(0, 0, 0), Timestamp{});
}

TEST(DecodeTimestamp, KnowsWhatCannotBe) {
  EXPECT_EQ(DecodeTimestamp(Date(2026, 0, 1), 0, 0), Timestamp{});
  EXPECT_EQ(DecodeTimestamp(Date(2026, 13, 1), 0, 0), Timestamp{});
  EXPECT_EQ(DecodeTimestamp(Date(2026, 1, 0), 0, 0), Timestamp{});
  EXPECT_EQ(DecodeTimestamp(Date(2026, 1, 1), Time(24, 0, 0), 0), Timestamp{});
  EXPECT_EQ(DecodeTimestamp(Date(2026, 1, 1), Time(0, 60, 0), 0), Timestamp{});
  EXPECT_EQ(DecodeTimestamp(Date(2026, 1, 1), Time(0, 0, 60), 0), Timestamp{});
  EXPECT_EQ(DecodeTimestamp(Date(2026, 1, 1), Time(0, 0, 58), 200),
            Timestamp{});
}

TEST(EncodeTimestamp, IsUndoneByDecoding) {
  const Timestamp time{.year = 2026,
                       .month = 11,
                       .day = 23,
                       .hour = 21,
                       .minute = 59,
                       .second = 57,
                       .nanosecond = 230'000'000};

  const auto encoded = EncodeTimestamp(time);

  ASSERT_TRUE(encoded.has_value());
  EXPECT_EQ(
      DecodeTimestamp(encoded->date, encoded->time, encoded->centiseconds),
      time);
}

TEST(EncodeTimestamp, TakesTheNearestTimeThatCanBeStated) {
  const auto early = EncodeTimestamp({.year = 1970, .month = 6, .day = 1});
  const auto late = EncodeTimestamp({.year = 3000, .month = 6, .day = 1});

  ASSERT_TRUE(early && late);
  EXPECT_EQ(DecodeTimestamp(early->date, early->time, 0),
            (Timestamp{.year = 1980, .month = 1, .day = 1}));
  EXPECT_EQ(DecodeTimestamp(late->date, late->time, 0).year, 2107);
}

TEST(EncodeTimestamp, RefusesWhatCannotBe) {
  EXPECT_FALSE(EncodeTimestamp({}));
  EXPECT_FALSE(EncodeTimestamp({.year = 2026, .month = 13, .day = 1}));
  EXPECT_FALSE(EncodeTimestamp({.year = 2026, .month = 1, .day = 0}));
  EXPECT_FALSE(
      EncodeTimestamp({.year = 2026, .month = 1, .day = 1, .hour = 24}));
}

}  // namespace
}  // namespace flint::fat
