// SPDX-License-Identifier: Apache-2.0
#include "efi/events/event_services.h"

#include "efi/events/events_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using abi::EFI_EVENT;
using abi::EFI_TPL;
using abi::TPL_APPLICATION;
using abi::TPL_CALLBACK;
using abi::TPL_HIGH_LEVEL;
using abi::TPL_NOTIFY;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr abi::EFI_GUID kGroup =
    abi::EFI_GUID::Of("6f4d7a52-7c5b-4a0c-9d0e-0d4b8f6f0001");

using EventServicesTest = EventsFixture;

TEST_F(EventServicesTest, RaisesAndRestoresTheLevel) {
  EXPECT_EQ(events_.RaiseTPL(TPL_NOTIFY), TPL_APPLICATION);
  EXPECT_EQ(events_.RaiseTPL(TPL_HIGH_LEVEL), TPL_NOTIFY);
  EXPECT_EQ(events_.current_tpl(), TPL_HIGH_LEVEL);

  events_.RestoreTPL(TPL_NOTIFY);
  EXPECT_EQ(events_.current_tpl(), TPL_NOTIFY);
  events_.RestoreTPL(TPL_APPLICATION);
  EXPECT_EQ(events_.current_tpl(), TPL_APPLICATION);
}

TEST_F(EventServicesTest, LevelsInTheWrongDirectionChangeNothing) {
  events_.RaiseTPL(TPL_NOTIFY);

  EXPECT_EQ(events_.RaiseTPL(TPL_CALLBACK), TPL_NOTIFY);
  EXPECT_EQ(events_.current_tpl(), TPL_NOTIFY);
  events_.RestoreTPL(TPL_HIGH_LEVEL);
  EXPECT_EQ(events_.current_tpl(), TPL_NOTIFY);
  EXPECT_EQ(events_.RaiseTPL(1000), TPL_NOTIFY);
  EXPECT_EQ(events_.current_tpl(), TPL_HIGH_LEVEL);
}

TEST_F(EventServicesTest, CreateRefusesBadParameters) {
  EFI_EVENT event = &event;
  const auto create = [&](uint32_t type, EFI_TPL tpl, auto function) {
    return events_.CreateEvent(type, tpl, function, nullptr, &event);
  };

  EXPECT_EQ(
      create(
          abi::EVT_NOTIFY_SIGNAL | abi::EVT_NOTIFY_WAIT, TPL_CALLBACK, Record),
      abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(create(1, TPL_CALLBACK, Record), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(create(0x0800'0000, TPL_CALLBACK, Record),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(create(abi::EVT_TIMER | abi::EVT_SIGNAL_EXIT_BOOT_SERVICES,
                   TPL_CALLBACK,
                   Record),
            abi::EFI_INVALID_PARAMETER);
  for (const EFI_TPL tpl : {EFI_TPL{0},
                            TPL_APPLICATION,
                            TPL_HIGH_LEVEL,
                            TPL_HIGH_LEVEL + 1,
                            EFI_TPL{1} << 40}) {
    EXPECT_EQ(create(abi::EVT_NOTIFY_SIGNAL, tpl, Record),
              abi::EFI_INVALID_PARAMETER);
    EXPECT_EQ(create(abi::EVT_NOTIFY_WAIT, tpl, Record),
              abi::EFI_INVALID_PARAMETER);
    EXPECT_EQ(create(abi::EVT_SIGNAL_EXIT_BOOT_SERVICES, tpl, Record),
              abi::EFI_INVALID_PARAMETER);
  }
  const abi::EFI_EVENT_NOTIFY none = nullptr;
  EXPECT_EQ(create(abi::EVT_NOTIFY_SIGNAL, TPL_CALLBACK, none),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(create(abi::EVT_NOTIFY_WAIT, TPL_CALLBACK, none),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(events_.CreateEvent(0, 0, nullptr, nullptr, nullptr),
            abi::EFI_INVALID_PARAMETER);

  EXPECT_EQ(event, &event);
}

TEST_F(EventServicesTest, CreateExRefusesGroupTypesInAGroup) {
  EFI_EVENT event = nullptr;
  for (const uint32_t type : {abi::EVT_SIGNAL_EXIT_BOOT_SERVICES,
                              abi::EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE}) {
    EXPECT_EQ(
        events_.CreateEventEx(type, TPL_NOTIFY, Record, &a_, &kGroup, &event),
        abi::EFI_INVALID_PARAMETER);
    EXPECT_EQ(
        events_.CreateEventEx(type, TPL_NOTIFY, Record, &a_, nullptr, &event),
        abi::EFI_SUCCESS);
  }
}

TEST_F(EventServicesTest, CreatesEveryKindOfEvent) {
  EFI_EVENT event = nullptr;
  for (const uint32_t type : {uint32_t{0},
                              abi::EVT_TIMER,
                              abi::EVT_RUNTIME,
                              abi::EVT_TIMER | abi::EVT_NOTIFY_WAIT,
                              abi::EVT_TIMER | abi::EVT_NOTIFY_SIGNAL,
                              abi::EVT_RUNTIME | abi::EVT_NOTIFY_SIGNAL}) {
    EXPECT_EQ(events_.CreateEvent(type, TPL_CALLBACK, Record, &a_, &event),
              abi::EFI_SUCCESS);
    EXPECT_TRUE(events_.IsEvent(event));
  }
  // Without notification, its function and level are not looked at.
  EXPECT_EQ(events_.CreateEvent(0, 1234, nullptr, nullptr, &event),
            abi::EFI_SUCCESS);
}

TEST_F(EventServicesTest, RefusesWhatIsNoEvent) {
  const EFI_EVENT closed = Create(0, 0, &a_);
  ASSERT_EQ(events_.CloseEvent(closed), abi::EFI_SUCCESS);
  EFI_EVENT other = &a_;

  for (EFI_EVENT event : {EFI_EVENT{}, closed, other}) {
    EXPECT_EQ(events_.SignalEvent(event), abi::EFI_INVALID_PARAMETER);
    EXPECT_EQ(events_.CloseEvent(event), abi::EFI_INVALID_PARAMETER);
    EXPECT_EQ(events_.CheckEvent(event), abi::EFI_INVALID_PARAMETER);
    EXPECT_EQ(events_.SetTimer(event, abi::TimerRelative, 0),
              abi::EFI_INVALID_PARAMETER);
    abi::UINTN index = 7;
    EXPECT_EQ(events_.WaitForEvent(1, &event, &index),
              abi::EFI_INVALID_PARAMETER);
    EXPECT_EQ(index, 0u);
  }
}

TEST_F(EventServicesTest, NotifiesAtOnceBelowTheEventsLevel) {
  const EFI_EVENT event = Create(abi::EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &a_);

  EXPECT_EQ(events_.SignalEvent(event), abi::EFI_SUCCESS);

  EXPECT_THAT(journal_.entries, ElementsAre("a@8"));
  EXPECT_EQ(events_.current_tpl(), TPL_APPLICATION);
  EXPECT_EQ(events_.SignalEvent(event), abi::EFI_SUCCESS);
  EXPECT_THAT(journal_.entries, ElementsAre("a@8", "a@8"));
}

TEST_F(EventServicesTest, QueuesUntilTheLevelFalls) {
  const EFI_EVENT low = Create(abi::EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &a_);
  const EFI_EVENT high = Create(abi::EVT_NOTIFY_SIGNAL, TPL_NOTIFY, &b_);
  const EFI_EVENT low_too = Create(abi::EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &c_);
  events_.RaiseTPL(TPL_NOTIFY);

  events_.SignalEvent(low_too);
  events_.SignalEvent(low);
  events_.SignalEvent(high);
  events_.SignalEvent(low);
  EXPECT_THAT(journal_.entries, IsEmpty());
  events_.RestoreTPL(TPL_CALLBACK);
  EXPECT_THAT(journal_.entries, ElementsAre("b@16"));
  events_.RestoreTPL(TPL_APPLICATION);

  EXPECT_THAT(journal_.entries, ElementsAre("b@16", "c@8", "a@8"));
}

TEST_F(EventServicesTest, AHigherNotificationInterruptsALowerOne) {
  const EFI_EVENT high = Create(abi::EVT_NOTIFY_SIGNAL, TPL_NOTIFY, &b_);
  const EFI_EVENT low_too = Create(abi::EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &c_);
  b_.signal = low_too;
  a_.signal = high;
  const EFI_EVENT low = Create(abi::EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &a_);

  events_.SignalEvent(low);

  EXPECT_THAT(journal_.entries, ElementsAre("a@8", "b@16", "c@8"));
}

TEST_F(EventServicesTest, ANotificationMayCloseItsEvent) {
  const EFI_EVENT event = Create(abi::EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &a_);
  a_.close = event;

  events_.SignalEvent(event);

  EXPECT_FALSE(events_.IsEvent(event));
  EXPECT_THAT(journal_.entries, ElementsAre("a@8"));
}

TEST_F(EventServicesTest, ClosingTakesBackAQueuedNotification) {
  const EFI_EVENT event = Create(abi::EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &a_);
  events_.RaiseTPL(TPL_CALLBACK);
  events_.SignalEvent(event);

  events_.CloseEvent(event);
  events_.RestoreTPL(TPL_APPLICATION);

  EXPECT_THAT(journal_.entries, IsEmpty());
}

TEST_F(EventServicesTest, CheckingClearsTheSignal) {
  const EFI_EVENT event = Create(0, 0, nullptr);

  EXPECT_EQ(events_.CheckEvent(event), abi::EFI_NOT_READY);
  events_.SignalEvent(event);
  events_.SignalEvent(event);
  EXPECT_EQ(events_.CheckEvent(event), abi::EFI_SUCCESS);
  EXPECT_EQ(events_.CheckEvent(event), abi::EFI_NOT_READY);
}

TEST_F(EventServicesTest, CheckingRefusesEventsThatNotifyWhenSignaled) {
  EFI_EVENT event = Create(abi::EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &a_);
  abi::UINTN index = 7;

  EXPECT_EQ(events_.CheckEvent(event), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(events_.WaitForEvent(1, &event, &index),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(index, 0u);
}

TEST_F(EventServicesTest, CheckingAWaitEventAsksItsNotification) {
  const EFI_EVENT event = Create(abi::EVT_NOTIFY_WAIT, TPL_CALLBACK, &a_);

  EXPECT_EQ(events_.CheckEvent(event), abi::EFI_NOT_READY);
  EXPECT_THAT(journal_.entries, ElementsAre("a@8"));
  a_.signal = event;
  EXPECT_EQ(events_.CheckEvent(event), abi::EFI_SUCCESS);
  EXPECT_EQ(journal_.entries.size(), 2u);
  a_.signal = nullptr;
  events_.SignalEvent(event);  // does not notify
  EXPECT_EQ(journal_.entries.size(), 2u);
  EXPECT_EQ(events_.CheckEvent(event), abi::EFI_SUCCESS);
  EXPECT_EQ(journal_.entries.size(), 2u);
}

TEST_F(EventServicesTest, CheckingAWaitEventAtItsLevelQueues) {
  const EFI_EVENT event = Create(abi::EVT_NOTIFY_WAIT, TPL_CALLBACK, &a_);
  a_.signal = event;
  events_.RaiseTPL(TPL_CALLBACK);

  EXPECT_EQ(events_.CheckEvent(event), abi::EFI_NOT_READY);
  EXPECT_THAT(journal_.entries, IsEmpty());
  events_.RestoreTPL(TPL_APPLICATION);

  EXPECT_THAT(journal_.entries, ElementsAre("a@8"));
  EXPECT_EQ(events_.CheckEvent(event), abi::EFI_SUCCESS);
}

TEST_F(EventServicesTest, WaitsForTheFirstOfSeveral) {
  EFI_EVENT list[]{
      Create(0, 0, nullptr), Create(0, 0, nullptr), Create(0, 0, nullptr)};
  events_.SignalEvent(list[2]);
  events_.SignalEvent(list[1]);
  abi::UINTN index = 7;

  EXPECT_EQ(events_.WaitForEvent(3, list, &index), abi::EFI_SUCCESS);
  EXPECT_EQ(index, 1u);
  EXPECT_EQ(events_.WaitForEvent(3, list, &index), abi::EFI_SUCCESS);
  EXPECT_EQ(index, 2u);
}

TEST_F(EventServicesTest, WaitsUntilSomethingHappens) {
  EFI_EVENT event = Create(0, 0, nullptr);
  int turns = 0;
  clock_.OnRelax([&] {
    if (++turns == 5) events_.SignalEvent(event);
  });
  abi::UINTN index = 7;

  EXPECT_EQ(events_.WaitForEvent(1, &event, &index), abi::EFI_SUCCESS);

  EXPECT_EQ(turns, 5);
  EXPECT_EQ(index, 0u);
}

TEST_F(EventServicesTest, WaitsAtTheApplicationsLevelOnly) {
  EFI_EVENT event = Create(0, 0, nullptr);
  events_.SignalEvent(event);
  abi::UINTN index = 7;

  events_.RaiseTPL(TPL_CALLBACK);
  EXPECT_EQ(events_.WaitForEvent(1, &event, &index), abi::EFI_UNSUPPORTED);
  events_.RestoreTPL(TPL_APPLICATION);

  EXPECT_EQ(index, 7u);
  EXPECT_EQ(events_.WaitForEvent(0, &event, &index),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(events_.WaitForEvent(1, nullptr, &index),
            abi::EFI_INVALID_PARAMETER);
}

}  // namespace
}  // namespace flint::efi
