// SPDX-License-Identifier: Apache-2.0
#include "efi/events/timer_queue.h"

#include "platforms/base/checked.h"

namespace flint::efi {

void TimerQueue::Set(Event& event, uint64_t due_ns, uint64_t period_ns) {
  List::Remove(event);
  event.due_ns = due_ns;
  event.period_ns = period_ns;
  Event* before = timers_.front();
  while (before != nullptr && before->due_ns <= due_ns) {
    before = timers_.Next(*before);
  }
  if (before == nullptr) {
    timers_.push_back(event);
  } else {
    timers_.InsertBefore(*before, event);
  }
}

void TimerQueue::Cancel(Event& event) { List::Remove(event); }

void TimerQueue::CancelAll() {
  while (Event* const event = timers_.front()) List::Remove(*event);
}

Event* TimerQueue::TakeDue(uint64_t now_ns) {
  Event* const event = timers_.front();
  if (event == nullptr || event->due_ns > now_ns) return nullptr;
  List::Remove(*event);
  if (event->period_ns != 0) {
    const uint64_t missed = (now_ns - event->due_ns) / event->period_ns;
    const uint64_t last = event->due_ns + missed * event->period_ns;
    const auto next = CheckedAdd(last, event->period_ns);
    Set(*event, next ? *next : UINT64_MAX, event->period_ns);
  }
  return event;
}

}  // namespace flint::efi
