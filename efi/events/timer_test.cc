// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "efi/events/event_services.h"
#include "efi/memory/host_ram.h"
#include "efi/memory/page_services.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using abi::EFI_EVENT;

constexpr uint64_t kMillisecond = clock::kNanosecondsPerMillisecond;
// In the 100 ns of SetTimer.
constexpr uint64_t kMillisecondUnits = 10'000;

struct NoWatchdogAction final : WatchdogAction {
  void OnWatchdogExpired(const WatchdogReport&) override { ++expiries; }
  int expiries = 0;
};

void EFIAPI Count(EFI_EVENT, abi::VOID* context) {
  ++*static_cast<int*>(context);
}

class TimerTest : public ::testing::Test {
 protected:
  EFI_EVENT CreateTimer() {
    EFI_EVENT event = nullptr;
    EXPECT_EQ(events_.CreateEvent(abi::EVT_TIMER, 0, nullptr, nullptr, &event),
              abi::EFI_SUCCESS);
    return event;
  }

  EFI_EVENT CreateCounting(int* count) {
    EFI_EVENT event = nullptr;
    EXPECT_EQ(events_.CreateEvent(abi::EVT_TIMER | abi::EVT_NOTIFY_SIGNAL,
                                  abi::TPL_CALLBACK,
                                  Count,
                                  count,
                                  &event),
              abi::EFI_SUCCESS);
    return event;
  }

  HostRam ram_;
  PageServices pages_{ram_.map(), ram_};
  clock::FakeClock clock_;
  NoWatchdogAction action_;
  Watchdog watchdog_{clock_, action_};
  EventServices events_{pages_, clock_, watchdog_};
};

TEST_F(TimerTest, RefusesBadParameters) {
  EFI_EVENT plain = nullptr;
  ASSERT_EQ(events_.CreateEvent(0, 0, nullptr, nullptr, &plain),
            abi::EFI_SUCCESS);
  const EFI_EVENT timer = CreateTimer();

  EXPECT_EQ(events_.SetTimer(plain, abi::TimerRelative, 1),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(events_.SetTimer(timer, static_cast<abi::EFI_TIMER_DELAY>(3), 1),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(events_.SetTimer(timer, abi::TimerCancel, 1), abi::EFI_SUCCESS);
}

TEST_F(TimerTest, ARelativeTimerFiresOnceAndNotTooEarly) {
  const EFI_EVENT timer = CreateTimer();
  ASSERT_EQ(events_.SetTimer(timer, abi::TimerRelative, 10 * kMillisecondUnits),
            abi::EFI_SUCCESS);

  clock_.Advance(9 * kMillisecond);
  EXPECT_EQ(events_.CheckEvent(timer), abi::EFI_NOT_READY);
  clock_.Advance(kMillisecond);
  EXPECT_EQ(events_.CheckEvent(timer), abi::EFI_SUCCESS);
  clock_.Advance(100 * kMillisecond);
  EXPECT_EQ(events_.CheckEvent(timer), abi::EFI_NOT_READY);
}

TEST_F(TimerTest, APeriodicTimerFiresOnceForMissedPeriods) {
  int count = 0;
  const EFI_EVENT timer = CreateCounting(&count);
  ASSERT_EQ(events_.SetTimer(timer, abi::TimerPeriodic, 10 * kMillisecondUnits),
            abi::EFI_SUCCESS);

  for (int i = 0; i < 100; ++i) {
    clock_.Advance(kMillisecond);
    events_.Poll();
  }
  EXPECT_EQ(count, 10);
  clock_.Advance(1005 * kMillisecond);
  events_.Poll();
  events_.Poll();
  EXPECT_EQ(count, 11);
  // It keeps its beat.
  clock_.Advance(6 * kMillisecond);
  events_.Poll();
  EXPECT_EQ(count, 12);
}

TEST_F(TimerTest, TimersFireInTheOrderOfTheirTime) {
  std::vector<EFI_EVENT> order;
  struct Context {
    std::vector<EFI_EVENT>* order;
  } context{&order};
  const auto record = [](EFI_EVENT event, abi::VOID* to) EFIAPI {
    static_cast<Context*>(to)->order->push_back(event);
  };
  EFI_EVENT timers[3]{};
  for (EFI_EVENT& timer : timers) {
    ASSERT_EQ(events_.CreateEvent(abi::EVT_TIMER | abi::EVT_NOTIFY_SIGNAL,
                                  abi::TPL_CALLBACK,
                                  record,
                                  &context,
                                  &timer),
              abi::EFI_SUCCESS);
  }
  events_.SetTimer(timers[0], abi::TimerRelative, 300 * kMillisecondUnits);
  events_.SetTimer(timers[1], abi::TimerRelative, 100 * kMillisecondUnits);
  events_.SetTimer(timers[2], abi::TimerRelative, 200 * kMillisecondUnits);

  clock_.Advance(1000 * kMillisecond);
  events_.Poll();

  EXPECT_EQ(order, (std::vector{timers[1], timers[2], timers[0]}));
}

TEST_F(TimerTest, SettingReplacesWhatWasSet) {
  const EFI_EVENT timer = CreateTimer();
  events_.SetTimer(timer, abi::TimerPeriodic, kMillisecondUnits);
  events_.SetTimer(timer, abi::TimerRelative, 50 * kMillisecondUnits);

  clock_.Advance(40 * kMillisecond);
  EXPECT_EQ(events_.CheckEvent(timer), abi::EFI_NOT_READY);
  clock_.Advance(20 * kMillisecond);
  EXPECT_EQ(events_.CheckEvent(timer), abi::EFI_SUCCESS);
  clock_.Advance(20 * kMillisecond);
  EXPECT_EQ(events_.CheckEvent(timer), abi::EFI_NOT_READY);
}

TEST_F(TimerTest, CancelledAndClosedTimersDoNotFire) {
  int count = 0;
  const EFI_EVENT cancelled = CreateCounting(&count);
  const EFI_EVENT closed = CreateCounting(&count);
  events_.SetTimer(cancelled, abi::TimerPeriodic, kMillisecondUnits);
  events_.SetTimer(closed, abi::TimerPeriodic, kMillisecondUnits);

  events_.SetTimer(cancelled, abi::TimerCancel, 0);
  events_.CloseEvent(closed);
  clock_.Advance(10 * kMillisecond);
  events_.Poll();

  EXPECT_EQ(count, 0);
}

TEST_F(TimerTest, ZeroIsTheNextTick) {
  int count = 0;
  const EFI_EVENT once = CreateTimer();
  const EFI_EVENT periodic = CreateCounting(&count);

  events_.SetTimer(once, abi::TimerRelative, 0);
  events_.SetTimer(periodic, abi::TimerPeriodic, 0);

  EXPECT_EQ(events_.CheckEvent(once), abi::EFI_SUCCESS);
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(2 * kMillisecond);
    events_.Poll();
  }
  EXPECT_EQ(count, 5);
}

TEST_F(TimerTest, TheLongestTimesDoNotWrap) {
  const EFI_EVENT once = CreateTimer();
  const EFI_EVENT periodic = CreateTimer();

  events_.SetTimer(once, abi::TimerRelative, UINT64_MAX);
  events_.SetTimer(periodic, abi::TimerPeriodic, UINT64_MAX);
  clock_.Advance(uint64_t{1} << 60);

  EXPECT_EQ(events_.CheckEvent(once), abi::EFI_NOT_READY);
  EXPECT_EQ(events_.CheckEvent(periodic), abi::EFI_NOT_READY);
}

TEST_F(TimerTest, WaitingLetsTimePass) {
  EFI_EVENT timer = CreateTimer();
  events_.SetTimer(timer, abi::TimerRelative, kMillisecondUnits);
  const uint64_t before = clock_.now_ns();
  abi::UINTN index = 7;

  EXPECT_EQ(events_.WaitForEvent(1, &timer, &index), abi::EFI_SUCCESS);

  EXPECT_GE(clock_.now_ns() - before, kMillisecond);
  EXPECT_LT(clock_.now_ns() - before, 2 * kMillisecond);
}

TEST_F(TimerTest, NotificationsRunDuringAStallBelowTheirLevelOnly) {
  int count = 0;
  const EFI_EVENT timer = CreateCounting(&count);
  events_.SetTimer(timer, abi::TimerPeriodic, kMillisecondUnits);

  events_.Stall(10'500);
  EXPECT_EQ(count, 10);
  events_.RaiseTPL(abi::TPL_CALLBACK);
  events_.Stall(10'000);
  EXPECT_EQ(count, 10);
  events_.RestoreTPL(abi::TPL_APPLICATION);

  EXPECT_EQ(count, 11);
}

TEST_F(TimerTest, RestoringTheLevelLooksAtTheClock) {
  int count = 0;
  const EFI_EVENT timer = CreateCounting(&count);
  events_.SetTimer(timer, abi::TimerRelative, kMillisecondUnits);
  clock_.Advance(2 * kMillisecond);

  events_.RestoreTPL(events_.RaiseTPL(abi::TPL_NOTIFY));

  EXPECT_EQ(count, 1);
}

TEST_F(TimerTest, StallsForTheTimeAskedFor) {
  for (const uint64_t microseconds : {0u, 1u, 10u, 1000u, 100'000u}) {
    const uint64_t before = clock_.now_ns();
    EXPECT_EQ(events_.Stall(microseconds), abi::EFI_SUCCESS);
    const uint64_t elapsed = clock_.now_ns() - before;
    EXPECT_GE(elapsed, microseconds * 1000);
    EXPECT_LE(elapsed, microseconds * 1000 + 10'000);
  }
}

TEST_F(TimerTest, CancellingAllTimersSilencesThem) {
  int count = 0;
  for (int i = 0; i < 3; ++i) {
    events_.SetTimer(
        CreateCounting(&count), abi::TimerPeriodic, kMillisecondUnits);
  }

  events_.CancelAllTimers();
  clock_.Advance(10 * kMillisecond);
  events_.Poll();

  EXPECT_EQ(count, 0);
}

TEST_F(TimerTest, ThePollEnforcesTheWatchdog) {
  watchdog_.Set(1, 0x10000, nullptr, 0);

  events_.Stall(900'000);
  EXPECT_EQ(action_.expiries, 0);
  events_.Stall(200'000);
  EXPECT_EQ(action_.expiries, 1);
}

TEST_F(TimerTest, PollingWithNothingSetReadsNoClock) {
  const uint64_t reads = clock_.read_count();

  for (int i = 0; i < 10; ++i) events_.Poll();

  EXPECT_EQ(clock_.read_count(), reads);
}

}  // namespace
}  // namespace flint::efi
