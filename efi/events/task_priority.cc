// SPDX-License-Identifier: Apache-2.0
#include "efi/events/task_priority.h"

#include <algorithm>
#include <bit>

namespace flint::efi {

abi::EFI_TPL TaskPriority::Raise(abi::EFI_TPL level) {
  const abi::EFI_TPL before = current_;
  current_ = std::max(before, std::min(level, abi::TPL_HIGH_LEVEL));
  return before;
}

void TaskPriority::Restore(abi::EFI_TPL level) {
  if (level > current_) return;
  while (pending_levels_ != 0) {
    const auto highest =
        static_cast<abi::EFI_TPL>(std::bit_width(pending_levels_) - 1);
    if (highest <= level) break;
    RunOne(highest);
  }
  current_ = level;
}

void TaskPriority::Queue(Event& event) {
  if (event.is_queued()) return;
  queues_[event.notify_tpl].push_back(event);
  pending_levels_ |= uint32_t{1} << event.notify_tpl;
}

void TaskPriority::Cancel(Event& event) {
  if (!event.is_queued()) return;
  IntrusiveList<Event, NotifyQueue>::Remove(event);
  if (queues_[event.notify_tpl].empty()) {
    pending_levels_ &= ~(uint32_t{1} << event.notify_tpl);
  }
}

void TaskPriority::RunOne(abi::EFI_TPL level) {
  Event& event = *queues_[level].front();
  Cancel(event);
  // A wait event is cleared by who waits for it.
  if (event.has(abi::EVT_NOTIFY_SIGNAL)) event.signaled = false;
  current_ = level;
  event.notify(&event, event.context);  // may close the event
}

}  // namespace flint::efi
