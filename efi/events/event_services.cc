// SPDX-License-Identifier: Apache-2.0
#include "efi/events/event_services.h"

#include "platforms/base/checked.h"

namespace flint::efi {
namespace {

// Timer times are in units of 100 ns.
constexpr uint64_t kNanosecondsPerUnit = 100;
// What a "timer tick" is where the specification speaks of one.
constexpr uint64_t kTickNs = clock::kNanosecondsPerMillisecond;

constexpr abi::UINT32 kNotifyBits =
    abi::EVT_NOTIFY_WAIT | abi::EVT_NOTIFY_SIGNAL;
constexpr abi::UINT32 kKnownBits =
    abi::EVT_TIMER | abi::EVT_RUNTIME | kNotifyBits;

// No timer lives as long as what does not fit.
uint64_t SaturatingMul(uint64_t a, uint64_t b) {
  const auto product = CheckedMul(a, b);
  return product ? *product : UINT64_MAX;
}

uint64_t SaturatingAdd(uint64_t a, uint64_t b) {
  const auto sum = CheckedAdd(a, b);
  return sum ? *sum : UINT64_MAX;
}

bool IsGroupType(abi::UINT32 type) {
  return type == abi::EVT_SIGNAL_EXIT_BOOT_SERVICES ||
         type == abi::EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE;
}

// [uefi-2.10 7.1.1] The levels at which a notification can run.
bool IsNotifyLevel(abi::EFI_TPL level) {
  return level > abi::TPL_APPLICATION && level < abi::TPL_HIGH_LEVEL;
}

}  // namespace

abi::EFI_TPL EventServices::RaiseTPL(abi::EFI_TPL new_tpl) {
  return priority_.Raise(new_tpl);
}

void EventServices::RestoreTPL(abi::EFI_TPL old_tpl) {
  Poll();
  priority_.Restore(old_tpl);
}

abi::EFI_STATUS EventServices::CreateEvent(
    abi::UINT32 type,
    abi::EFI_TPL notify_tpl,
    abi::EFI_EVENT_NOTIFY notify_function,
    const abi::VOID* notify_context,
    abi::EFI_EVENT* event) {
  return CreateEventEx(
      type, notify_tpl, notify_function, notify_context, nullptr, event);
}

abi::EFI_STATUS EventServices::CreateEventEx(
    abi::UINT32 type,
    abi::EFI_TPL notify_tpl,
    abi::EFI_EVENT_NOTIFY notify_function,
    const abi::VOID* notify_context,
    const abi::EFI_GUID* event_group,
    abi::EFI_EVENT* event) {
  if (event == nullptr || (IsGroupType(type) && event_group != nullptr)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  std::optional<abi::EFI_GUID> group;
  if (event_group != nullptr) group = *event_group;
  if (type == abi::EVT_SIGNAL_EXIT_BOOT_SERVICES) {
    group = abi::EFI_EVENT_GROUP_EXIT_BOOT_SERVICES;
    type = abi::EVT_NOTIFY_SIGNAL;
  } else if (type == abi::EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE) {
    group = abi::EFI_EVENT_GROUP_VIRTUAL_ADDRESS_CHANGE;
    type = abi::EVT_RUNTIME | abi::EVT_NOTIFY_SIGNAL;
  }
  const abi::UINT32 notify_bits = type & kNotifyBits;
  if ((type & ~kKnownBits) != 0 || notify_bits == kNotifyBits) {
    return abi::EFI_INVALID_PARAMETER;
  }
  if (notify_bits != 0 &&
      (notify_function == nullptr || !IsNotifyLevel(notify_tpl))) {
    return abi::EFI_INVALID_PARAMETER;
  }
  Event* const created = events_.New();
  if (created == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  created->type = type;
  created->group = group;
  if (notify_bits != 0) {
    created->notify_tpl = notify_tpl;
    created->notify = notify_function;
    // The specification hands a context it takes as const to a function that
    // does not.
    created->context = const_cast<abi::VOID*>(notify_context);
  }
  if (group) grouped_.push_back(*created);
  *event = created;
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS EventServices::CloseEvent(abi::EFI_EVENT event) {
  Event* const found = events_.Find(event);
  if (found == nullptr) return abi::EFI_INVALID_PARAMETER;
  if (found->observed && observer_ != nullptr) observer_->OnEventClosed(event);
  priority_.Cancel(*found);
  timers_.Cancel(*found);
  IntrusiveList<Event, GroupList>::Remove(*found);
  events_.Delete(*found);
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS EventServices::SignalEvent(abi::EFI_EVENT event) {
  Event* const found = events_.Find(event);
  if (found == nullptr) return abi::EFI_INVALID_PARAMETER;
  Signal(*found);
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS EventServices::CheckEvent(abi::EFI_EVENT event) {
  Poll();
  Event* found = events_.Find(event);
  if (found == nullptr || found->has(abi::EVT_NOTIFY_SIGNAL)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  if (!found->signaled && found->has(abi::EVT_NOTIFY_WAIT)) {
    const TplGuard guard(*this, abi::TPL_APPLICATION);
    priority_.Queue(*found);
  }
  found = events_.Find(event);  // its notification may have closed it
  if (found == nullptr) return abi::EFI_INVALID_PARAMETER;
  if (!found->signaled) return abi::EFI_NOT_READY;
  found->signaled = false;
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS EventServices::WaitForEvent(abi::UINTN number_of_events,
                                            abi::EFI_EVENT* event,
                                            abi::UINTN* index) {
  if (number_of_events == 0 || event == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  if (current_tpl() != abi::TPL_APPLICATION) return abi::EFI_UNSUPPORTED;
  for (;;) {
    for (abi::UINTN i = 0; i < number_of_events; ++i) {
      const abi::EFI_STATUS status = CheckEvent(event[i]);
      if (status == abi::EFI_NOT_READY) continue;
      if (index != nullptr) *index = i;
      return status;
    }
    clock_.Relax();
  }
}

abi::EFI_STATUS EventServices::SetTimer(abi::EFI_EVENT event,
                                        abi::EFI_TIMER_DELAY type,
                                        abi::UINT64 trigger_time) {
  Event* const found = events_.Find(event);
  if (found == nullptr || !found->has(abi::EVT_TIMER) ||
      type > abi::TimerRelative) {
    return abi::EFI_INVALID_PARAMETER;
  }
  if (type == abi::TimerCancel) {
    timers_.Cancel(*found);
    return abi::EFI_SUCCESS;
  }
  const bool periodic = type == abi::TimerPeriodic;
  uint64_t delay_ns = SaturatingMul(trigger_time, kNanosecondsPerUnit);
  if (trigger_time == 0 && periodic) delay_ns = kTickNs;
  timers_.Set(
      *found, SaturatingAdd(clock_.NowNs(), delay_ns), periodic ? delay_ns : 0);
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS EventServices::Stall(abi::UINTN microseconds) {
  const clock::Deadline deadline(
      clock_, SaturatingMul(microseconds, clock::kNanosecondsPerMicrosecond));
  while (!deadline.Passed()) Poll();
  return abi::EFI_SUCCESS;
}

void EventServices::SignalGroup(const abi::EFI_GUID& group) {
  // The list does not change meanwhile: what is notified runs at the end.
  const TplGuard guard(*this, abi::TPL_HIGH_LEVEL);
  for (Event* event = grouped_.front(); event != nullptr;
       event = grouped_.Next(*event)) {
    if (event->group == group) MarkSignaled(*event);
  }
}

void EventServices::Observe(abi::EFI_EVENT event) {
  if (Event* const found = events_.Find(event)) found->observed = true;
}

void EventServices::Poll() {
  watchdog_.Check();
  if (timers_.empty()) return;
  const uint64_t now_ns = clock_.NowNs();
  const TplGuard guard(*this, abi::TPL_HIGH_LEVEL);
  while (Event* const event = timers_.TakeDue(now_ns)) Signal(*event);
}

const Event* EventServices::NextInGroup(const abi::EFI_GUID& group,
                                        const Event* after) {
  const Event* event =
      after == nullptr ? grouped_.front() : grouped_.Next(*after);
  while (event != nullptr && event->group != group) {
    event = grouped_.Next(*event);
  }
  return event;
}

void EventServices::Signal(Event& event) {
  if (event.signaled) return;
  if (event.group) {
    SignalGroup(*event.group);
    return;
  }
  const TplGuard guard(*this, abi::TPL_APPLICATION);
  MarkSignaled(event);
}

void EventServices::MarkSignaled(Event& event) {
  event.signaled = true;
  if (event.has(abi::EVT_NOTIFY_SIGNAL)) priority_.Queue(event);
}

}  // namespace flint::efi
