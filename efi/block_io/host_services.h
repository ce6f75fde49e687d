// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/clock/fake_clock.h"
#include "efi/abi/event.h"
#include "efi/abi/status.h"
#include "efi/events/event_services.h"
#include "efi/events/watchdog.h"
#include "efi/memory/host_ram.h"
#include "efi/memory/page_services.h"
#include "efi/memory/pool_services.h"

namespace flint::efi {

/// The services that protocols are made with, in the test's own process.
class HostServices final {
 public:
  HostRam ram;
  PageServices pages{ram.map(), ram};
  PoolServices pool{pages};
  clock::FakeClock clock;

  /// A new event that is signaled by nobody but who is asked to.
  abi::EFI_EVENT CreateEvent() {
    abi::EFI_EVENT event = nullptr;
    events.CreateEvent(0, 0, nullptr, nullptr, &event);
    return event;
  }

  /// True if the event was signaled since the last time.
  bool TakeSignal(abi::EFI_EVENT event) {
    return events.CheckEvent(event) == abi::EFI_SUCCESS;
  }

 private:
  struct NoAction final : WatchdogAction {
    void OnWatchdogExpired(const WatchdogReport&) override {}
  };

  NoAction action_;
  Watchdog watchdog_{clock, action_};

 public:
  EventServices events{pages, clock, watchdog_};
};

}  // namespace flint::efi
