// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/clock/clock.h"
#include "efi/abi/event.h"
#include "efi/abi/status.h"
#include "efi/containers/intrusive_list.h"
#include "efi/containers/object_pool.h"
#include "efi/events/event.h"
#include "efi/events/task_priority.h"
#include "efi/events/timer_queue.h"
#include "efi/events/watchdog.h"

namespace flint::efi {

/// Is told of events that someone has a use for.
class EventObserver {
 public:
  virtual ~EventObserver() = default;
  virtual void OnEventClosed(abi::EFI_EVENT event) = 0;
};

/// The event, timer and task priority services, and Stall. [uefi-2.10 7.1]
///
/// Time passes for the services when they look at the clock: `Poll` fires what
/// is due. All that wait, and RestoreTPL and CheckEvent, call it; so should
/// whatever an image calls in a loop.
class EventServices final {
 public:
  EventServices(PageSource& pages, clock::Clock& clock, Watchdog& watchdog)
      : clock_(clock), watchdog_(watchdog), events_(pages) {}
  EventServices(const EventServices&) = delete;
  EventServices& operator=(const EventServices&) = delete;

  abi::EFI_TPL RaiseTPL(abi::EFI_TPL new_tpl);
  void RestoreTPL(abi::EFI_TPL old_tpl);
  abi::EFI_TPL current_tpl() const { return priority_.current(); }

  abi::EFI_STATUS CreateEvent(abi::UINT32 type,
                              abi::EFI_TPL notify_tpl,
                              abi::EFI_EVENT_NOTIFY notify_function,
                              const abi::VOID* notify_context,
                              abi::EFI_EVENT* event);
  abi::EFI_STATUS CreateEventEx(abi::UINT32 type,
                                abi::EFI_TPL notify_tpl,
                                abi::EFI_EVENT_NOTIFY notify_function,
                                const abi::VOID* notify_context,
                                const abi::EFI_GUID* event_group,
                                abi::EFI_EVENT* event);
  abi::EFI_STATUS CloseEvent(abi::EFI_EVENT event);
  abi::EFI_STATUS SignalEvent(abi::EFI_EVENT event);
  abi::EFI_STATUS CheckEvent(abi::EFI_EVENT event);
  abi::EFI_STATUS WaitForEvent(abi::UINTN number_of_events,
                               abi::EFI_EVENT* event,
                               abi::UINTN* index);
  abi::EFI_STATUS SetTimer(abi::EFI_EVENT event,
                           abi::EFI_TIMER_DELAY type,
                           abi::UINT64 trigger_time);
  abi::EFI_STATUS Stall(abi::UINTN microseconds);

  /// Signals every event of the group.
  void SignalGroup(const abi::EFI_GUID& group);

  /// True for a live event.
  bool IsEvent(abi::EFI_EVENT event) { return events_.Find(event) != nullptr; }

  /// Has `observer` told when that event is closed. At most one observer.
  void set_observer(EventObserver* observer) { observer_ = observer; }
  void Observe(abi::EFI_EVENT event);

  /// Fires the timers that are due, and the watchdog.
  void Poll();

  /// For ExitBootServices.
  void CancelAllTimers() { timers_.CancelAll(); }

  /// The events of a group in the order of creation, from null to null: for
  /// those that are to be signaled by others, such as at SetVirtualAddressMap.
  const Event* NextInGroup(const abi::EFI_GUID& group, const Event* after);

 private:
  friend class TplGuard;

  void Signal(Event& event);
  void MarkSignaled(Event& event);

  clock::Clock& clock_;
  Watchdog& watchdog_;
  TaskPriority priority_;
  TimerQueue timers_;
  ObjectPool<Event> events_;
  IntrusiveList<Event, GroupList> grouped_;
  EventObserver* observer_ = nullptr;
};

/// Holds the task priority at least at a level: what notification functions
/// could disturb runs under it, and they run at its end.
class TplGuard final {
 public:
  TplGuard(EventServices& events, abi::EFI_TPL level)
      : priority_(events.priority_), before_(priority_.Raise(level)) {}
  ~TplGuard() { priority_.Restore(before_); }
  TplGuard(const TplGuard&) = delete;
  TplGuard& operator=(const TplGuard&) = delete;

 private:
  TaskPriority& priority_;
  abi::EFI_TPL before_;
};

}  // namespace flint::efi
