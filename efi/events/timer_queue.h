// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "efi/containers/intrusive_list.h"
#include "efi/events/event.h"

namespace flint::efi {

/// The events whose timer is set, soonest first.
class TimerQueue final {
 public:
  constexpr TimerQueue() = default;

  bool empty() const { return timers_.empty(); }

  /// Sets the timer, instead of what was set before. `period_ns` is 0 for a
  /// timer that fires once.
  void Set(Event& event, uint64_t due_ns, uint64_t period_ns);
  void Cancel(Event& event);
  void CancelAll();

  /// The next event that is due, its timer cancelled or moved to the first
  /// period that ends after `now_ns`; null if none is. Periods that passed
  /// unnoticed are skipped.
  Event* TakeDue(uint64_t now_ns);

 private:
  using List = IntrusiveList<Event, TimerList>;

  List timers_;
};

}  // namespace flint::efi
