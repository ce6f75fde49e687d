// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "efi/abi/event.h"
#include "efi/containers/intrusive_list.h"
#include "efi/events/event.h"

namespace flint::efi {

/// The task priority level, and the notifications that wait for it to fall.
/// [uefi-2.10 7.1.8]
///
/// There are no interrupts: a notification runs when the level falls below its
/// own, highest level first, and within a level in the order of queueing.
class TaskPriority final {
 public:
  constexpr TaskPriority() = default;
  TaskPriority(const TaskPriority&) = delete;
  TaskPriority& operator=(const TaskPriority&) = delete;

  abi::EFI_TPL current() const { return current_; }

  /// Returns the level so far. A level below the current one, which the
  /// specification leaves open, changes nothing.
  abi::EFI_TPL Raise(abi::EFI_TPL level);

  /// Lowers the level, running what is queued above `level`. A level above the
  /// current one changes nothing.
  void Restore(abi::EFI_TPL level);

  /// Schedules the notification of an event that has one; nothing if it is
  /// scheduled already. It runs at the next `Restore` below its level.
  void Queue(Event& event);

  /// Takes back what `Queue` did.
  void Cancel(Event& event);

 private:
  static constexpr size_t kLevelCount = abi::TPL_HIGH_LEVEL + 1;

  void RunOne(abi::EFI_TPL level);

  abi::EFI_TPL current_ = abi::TPL_APPLICATION;
  uint32_t pending_levels_ = 0;  // a bit for each queue that is not empty
  std::array<IntrusiveList<Event, NotifyQueue>, kLevelCount> queues_;
};

}  // namespace flint::efi
