// SPDX-License-Identifier: Apache-2.0
#include <vector>

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
constexpr abi::EFI_GUID kOtherGroup =
    abi::EFI_GUID::Of("6f4d7a52-7c5b-4a0c-9d0e-0d4b8f6f0002");

using EventGroupTest = EventsFixture;

TEST_F(EventGroupTest, SignalingOneOfAGroupSignalsAll) {
  const EFI_EVENT one = CreateIn(kGroup, TPL_CALLBACK, &a_);
  CreateIn(kGroup, TPL_NOTIFY, &b_);
  CreateIn(kOtherGroup, TPL_NOTIFY, &c_);
  EFI_EVENT silent = nullptr;
  ASSERT_EQ(events_.CreateEventEx(0, 0, nullptr, nullptr, &kGroup, &silent),
            abi::EFI_SUCCESS);

  EXPECT_EQ(events_.SignalEvent(one), abi::EFI_SUCCESS);

  EXPECT_THAT(journal_.entries, ElementsAre("b@16", "a@8"));
  EXPECT_EQ(events_.CheckEvent(silent), abi::EFI_SUCCESS);
}

TEST_F(EventGroupTest, SignalsGroupsByName) {
  CreateIn(kGroup, TPL_CALLBACK, &a_);
  CreateIn(kGroup, TPL_CALLBACK, &b_);
  const EFI_EVENT closed = CreateIn(kGroup, TPL_CALLBACK, &c_);
  events_.CloseEvent(closed);

  events_.SignalGroup(kGroup);
  EXPECT_THAT(journal_.entries, ElementsAre("a@8", "b@8"));
  events_.SignalGroup(kOtherGroup);
  EXPECT_EQ(journal_.entries.size(), 2u);
}

TEST_F(EventGroupTest, EventsOfTheTwoGroupTypesAreInThoseGroups) {
  Create(abi::EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_NOTIFY, &a_);
  const EFI_EVENT change =
      Create(abi::EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE, TPL_NOTIFY, &b_);

  events_.SignalGroup(abi::EFI_EVENT_GROUP_EXIT_BOOT_SERVICES);
  EXPECT_THAT(journal_.entries, ElementsAre("a@16"));

  const Event* const listed =
      events_.NextInGroup(abi::EFI_EVENT_GROUP_VIRTUAL_ADDRESS_CHANGE, nullptr);
  EXPECT_EQ(listed, change);
  EXPECT_EQ(listed->context, &b_);
  EXPECT_EQ(
      events_.NextInGroup(abi::EFI_EVENT_GROUP_VIRTUAL_ADDRESS_CHANGE, listed),
      nullptr);
}

struct ClosedEvents final : EventObserver {
  void OnEventClosed(EFI_EVENT event) override { closed.push_back(event); }
  std::vector<EFI_EVENT> closed;
};

TEST_F(EventGroupTest, TellsOfTheClosingOfObservedEvents) {
  ClosedEvents observer;
  events_.set_observer(&observer);
  const EFI_EVENT observed = Create(0, 0, nullptr);
  const EFI_EVENT other = Create(0, 0, nullptr);
  events_.Observe(observed);

  events_.CloseEvent(other);
  events_.CloseEvent(observed);

  EXPECT_THAT(observer.closed, ElementsAre(observed));
}

TEST_F(EventGroupTest, AGuardDefersNotifications) {
  const EFI_EVENT event = Create(abi::EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &a_);
  {
    const TplGuard guard(events_, TPL_NOTIFY);
    events_.SignalEvent(event);
    EXPECT_THAT(journal_.entries, IsEmpty());
  }
  EXPECT_THAT(journal_.entries, ElementsAre("a@8"));
}

TEST_F(EventGroupTest, FailsToCreateWithoutMemory) {
  abi::EFI_PHYSICAL_ADDRESS address = 0;
  for (uint64_t count = ram_.low_bytes() / abi::EFI_PAGE_SIZE; count > 0;
       count /= 2) {
    while (pages_.AllocatePages(
               abi::AllocateAnyPages, abi::EfiLoaderData, count, &address) ==
           abi::EFI_SUCCESS) {
    }
  }
  EFI_EVENT event = nullptr;

  EXPECT_EQ(events_.CreateEvent(0, 0, nullptr, nullptr, &event),
            abi::EFI_OUT_OF_RESOURCES);
}

}  // namespace
}  // namespace flint::efi
