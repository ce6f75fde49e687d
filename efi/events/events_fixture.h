// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "efi/events/event_services.h"
#include "efi/memory/host_ram.h"
#include "efi/memory/page_services.h"
#include "gtest/gtest.h"

namespace flint::efi {

struct NoWatchdogAction final : WatchdogAction {
  void OnWatchdogExpired(const WatchdogReport&) override {}
};

/// What notification functions leave behind: their names, in order.
struct Journal {
  EventServices* events;
  std::vector<std::string> entries;
};

struct Note {
  Journal* journal;
  std::string name;
  abi::EFI_EVENT signal = nullptr;  // signaled by the notification
  abi::EFI_EVENT close = nullptr;   // closed by it
};

/// A notification that writes its note.
inline void EFIAPI Record(abi::EFI_EVENT, abi::VOID* context) {
  const Note& note = *static_cast<const Note*>(context);
  EventServices& events = *note.journal->events;
  note.journal->entries.push_back(note.name + "@" +
                                  std::to_string(events.current_tpl()));
  if (note.signal != nullptr) events.SignalEvent(note.signal);
  if (note.close != nullptr) events.CloseEvent(note.close);
}

/// The event services, and three notes for notifications.
class EventsFixture : public ::testing::Test {
 protected:
  abi::EFI_EVENT Create(uint32_t type, abi::EFI_TPL tpl, Note* note) {
    abi::EFI_EVENT event = nullptr;
    EXPECT_EQ(events_.CreateEvent(type, tpl, Record, note, &event),
              abi::EFI_SUCCESS);
    return event;
  }

  abi::EFI_EVENT CreateIn(const abi::EFI_GUID& group,
                          abi::EFI_TPL tpl,
                          Note* note) {
    abi::EFI_EVENT event = nullptr;
    EXPECT_EQ(events_.CreateEventEx(
                  abi::EVT_NOTIFY_SIGNAL, tpl, Record, note, &group, &event),
              abi::EFI_SUCCESS);
    return event;
  }

  HostRam ram_;
  PageServices pages_{ram_.map(), ram_};
  clock::FakeClock clock_;
  NoWatchdogAction action_;
  Watchdog watchdog_{clock_, action_};
  EventServices events_{pages_, clock_, watchdog_};
  Journal journal_{&events_, {}};
  Note a_{&journal_, "a"};
  Note b_{&journal_, "b"};
  Note c_{&journal_, "c"};
};

}  // namespace flint::efi
