// SPDX-License-Identifier: Apache-2.0
#include "drivers/clock/clock.h"

#include "drivers/clock/fake_clock.h"
#include "gtest/gtest.h"

namespace flint::clock {
namespace {

TEST(Deadline, PassesOnceTheTimeIsOver) {
  FakeClock clock(/*ticks_per_read=*/0);
  const Deadline deadline(clock, 10 * kNanosecondsPerMillisecond);

  clock.Advance(10 * kNanosecondsPerMillisecond - 1);
  EXPECT_FALSE(deadline.Passed());
  clock.Advance(1);
  EXPECT_TRUE(deadline.Passed());
  clock.Advance(kNanosecondsPerSecond);
  EXPECT_TRUE(deadline.Passed());
}

TEST(Deadline, NeverPassesEarlyOnAClockWithLongTicks) {
  // Slower than any real clock.
  FakeClock clock(/*ticks_per_read=*/0, /*ns_per_tick=*/100);
  const Deadline deadline(clock, 1'000);

  clock.Advance(900);
  EXPECT_FALSE(deadline.Passed());
}

TEST(Deadline, OfNothingHasPassedAtOnce) {
  FakeClock clock(/*ticks_per_read=*/0);

  EXPECT_TRUE(Deadline(clock, 0).Passed());
}

TEST(Deadline, OfAnEternityIsNotPassed) {
  FakeClock clock;
  const Deadline deadline(clock, UINT64_MAX);

  clock.Advance(1'000 * kNanosecondsPerSecond);
  EXPECT_FALSE(deadline.Passed());
}

TEST(Deadline, ShortWaitNeedsNoTickLength) {
  FakeClock clock;
  const Deadline deadline(clock, kNanosecondsPerSecond);

  for (int poll = 0; poll < 100; ++poll) EXPECT_FALSE(deadline.Passed());

  EXPECT_EQ(clock.conversion_count(), 0U);
  EXPECT_EQ(clock.relax_count(), 100U);
}

TEST(FakeClock, EndsEveryWait) {
  FakeClock clock(/*ticks_per_read=*/1'000);
  const Deadline deadline(clock, kNanosecondsPerMillisecond);

  int polls = 1;
  while (!deadline.Passed()) ++polls;

  EXPECT_EQ(polls, 1'000);
}

TEST(FakeClock, LetsTheSimulatedDeviceWorkInEveryTurn) {
  FakeClock clock;
  int steps_left = 3;
  clock.OnRelax([&] { --steps_left; });
  const Deadline deadline(clock, kNanosecondsPerSecond);

  while (steps_left > 0) ASSERT_FALSE(deadline.Passed());

  EXPECT_EQ(clock.relax_count(), 3U);
}

TEST(FakeClock, NeverGoesBack) {
  FakeClock clock;

  const uint64_t before = clock.NowNs();

  EXPECT_GT(clock.NowNs(), before);
}

}  // namespace
}  // namespace flint::clock
