// SPDX-License-Identifier: Apache-2.0
#include "drivers/clock/measured_frequency.h"

#include <cstdint>

#include "drivers/clock/fake_tsc_machine.h"
#include "drivers/clock/tsc_frequency.h"
#include "gtest/gtest.h"

namespace flint::clock {
namespace {

using MeasuredFrequency = FakeTscMachine;

TEST_F(MeasuredFrequency, MeasuresAgainstThePmTimer) {
  for (const uint64_t hz :
       {uint64_t{1'000'000'000}, kProcessorHz, uint64_t{4'700'000'000}}) {
    hz_ = hz;
    HavePmTimer(/*is_32_bit=*/true);
    const uint64_t start = cpu_.timestamp();

    EXPECT_THAT(Find(), IsAbout(TscSource::kPmTimer, hz));

    EXPECT_LT(cpu_.timestamp() - start, hz / 1'000);  // a millisecond
  }
}

TEST_F(MeasuredFrequency, MeasuresWhileThePmTimerWraps) {
  HavePmTimer(/*is_32_bit=*/true, /*start=*/0xFFFF'FF00);
  EXPECT_THAT(Find(), IsAbout(TscSource::kPmTimer, kProcessorHz));

  // The bits above are garbage.
  HavePmTimer(/*is_32_bit=*/false, /*start=*/0x00FF'FF00);
  EXPECT_THAT(Find(), IsAbout(TscSource::kPmTimer, kProcessorHz));
}

TEST_F(MeasuredFrequency, IsGoodWheneverTheHostInterferesOnce) {
  int readings = 0;
  for (int interfered = 1; interfered - 1 <= readings; ++interfered) {
    HavePmTimer(/*is_32_bit=*/true);
    readings = 0;
    ports_.OnRead(kPmTimerPort, [&] {
      const auto count = static_cast<uint32_t>(Count(3'579'545));
      // The processor is away for a millisecond, just after the timer was read.
      if (++readings == interfered) {
        cpu_.AdvanceTimestamp(kProcessorHz / 1'000);
      }
      return count;
    });

    ASSERT_THAT(Find(), IsAbout(TscSource::kPmTimer, kProcessorHz))
        << interfered;
  }
  EXPECT_GT(readings, 100);
}

TEST_F(MeasuredFrequency, PassesOverAPmTimerThatStandsStill) {
  hardware_.pm_timer = PmTimer{{&ports_, kPmTimerPort}, true};  // all ones
  HavePit();

  EXPECT_THAT(Find(), IsAbout(TscSource::kPit, kProcessorHz));
}

TEST_F(MeasuredFrequency, MeasuresAgainstThePit) {
  HavePit();
  const uint64_t start = cpu_.timestamp();

  EXPECT_THAT(Find(), IsAbout(TscSource::kPit, kProcessorHz));

  EXPECT_LT(cpu_.timestamp() - start, kProcessorHz / 1'000);
}

TEST_F(MeasuredFrequency, KeepsTheSpeakerSilent) {
  HavePit();
  ports_.set_value(0x61, 0x02);
  bool spoke = false;
  ports_.OnWrite(0x42, [&](uint32_t) { spoke |= ports_.value(0x61) & 2; });

  Find();

  EXPECT_FALSE(spoke);
  EXPECT_EQ(ports_.value(0x61), 0x02U);  // as it was
}

TEST_F(MeasuredFrequency, AssumesTheWorstWhereNothingTells) {
  const uint64_t start = cpu_.timestamp();

  EXPECT_THAT(Find(), Is(TscSource::kAssumed, kAssumedHz));

  EXPECT_LT(cpu_.timestamp() - start, kProcessorHz / 100);
}

TEST_F(MeasuredFrequency, EndsEvenIfTheTscStandsStill) {
  ports_.OnAccess(nullptr);
  cpu_.set_ticks_per_reading(0);
  hardware_.pm_timer = PmTimer{{&ports_, kPmTimerPort}, true};

  EXPECT_EQ(Find().source, TscSource::kAssumed);
}

}  // namespace
}  // namespace flint::clock
