// SPDX-License-Identifier: Apache-2.0
#include "drivers/clock/tsc_clock.h"

#include <cstdint>

#include "drivers/clock/clock.h"
#include "drivers/clock/fake_tsc_machine.h"
#include "drivers/clock/tsc_frequency.h"
#include "gtest/gtest.h"

namespace flint::clock {
namespace {

using LazyTscClock = FakeTscMachine;

TEST_F(LazyTscClock, IsNotMeasuredUntilAsked) {
  HavePmTimer(/*is_32_bit=*/true);
  TscClock clock(hardware_);

  const Deadline deadline(clock, kNanosecondsPerSecond);
  for (int poll = 0; poll < 100; ++poll) EXPECT_FALSE(deadline.Passed());

  EXPECT_EQ(cpu_.cpuid_count(), 0);
  EXPECT_EQ(ports_.read_count(kPmTimerPort), 0);
  EXPECT_EQ(cpu_.pause_count(), 100);
}

TEST_F(LazyTscClock, IsMeasuredOnce) {
  HavePmTimer(/*is_32_bit=*/true);
  TscClock clock(hardware_);

  clock.NowNs();
  const int reads = ports_.read_count(kPmTimerPort);
  clock.NowNs();

  EXPECT_GT(reads, 0);
  EXPECT_EQ(ports_.read_count(kPmTimerPort), reads);
}

TEST_F(LazyTscClock, LearnsOfThePmTimerLate) {
  HavePmTimer(/*is_32_bit=*/true);
  const PmTimer timer = *hardware_.pm_timer;
  hardware_.pm_timer.reset();
  TscClock clock(hardware_);

  clock.set_pm_timer(timer);

  EXPECT_EQ(clock.frequency().source, TscSource::kPmTimer);
}

class TscClockScale : public FakeTscMachine {
 protected:
  TscClockScale() {
    HaveHypervisor(0x4000'0010, "KVMKVMKVM\0\0\0");
    cpu_.SetLeaf(0x4000'0010, {.eax = 2'500'000});
  }

  TscClock clock_{hardware_};
};

TEST_F(TscClockScale, ConvertsTicks) {
  EXPECT_EQ(clock_.TicksToNs(0), 0U);
  EXPECT_NEAR(static_cast<double>(clock_.TicksToNs(kProcessorHz)), 1e9, 1);
  EXPECT_NEAR(
      static_cast<double>(clock_.TicksToNs(kProcessorHz / 1'000)), 1e6, 1);
}

TEST_F(TscClockScale, ConvertsTheTicksOfYears) {
  constexpr uint64_t kYearSeconds = 365 * 24 * 3'600;
  const uint64_t ns = clock_.TicksToNs(100 * kYearSeconds * kProcessorHz);

  // Off by the rounding of the scale: less than a second in a year.
  EXPECT_LE(ns, 100 * kYearSeconds * kNanosecondsPerSecond);
  EXPECT_GE(ns, 100 * (kYearSeconds - 1) * kNanosecondsPerSecond);
}

TEST_F(TscClockScale, NeverGoesBack) {
  uint64_t before = clock_.NowNs();
  for (int reading = 0; reading < 1'000; ++reading) {
    const uint64_t now = clock_.NowNs();
    ASSERT_GE(now, before);
    before = now;
  }
}

TEST_F(TscClockScale, ConvertsAtTheEndsOfTheScale) {
  for (const uint32_t khz : {10'000U, 20'000'000U}) {
    cpu_.SetLeaf(0x4000'0010, {.eax = khz});
    TscClock clock(hardware_);
    EXPECT_NEAR(
        static_cast<double>(clock.TicksToNs(uint64_t{khz} * 1'000)), 1e9, 10);
  }
}

}  // namespace
}  // namespace flint::clock
