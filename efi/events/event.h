// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "efi/abi/event.h"
#include "efi/containers/intrusive_list.h"

namespace flint::efi {

/// Tags of the lists an event can be in.
struct NotifyQueue;
struct TimerList;
struct GroupList;

/// What an EFI_EVENT points to.
struct Event final : ListNode<NotifyQueue>,
                     ListNode<TimerList>,
                     ListNode<GroupList> {
  bool has(abi::UINT32 type_bit) const { return (type & type_bit) != 0; }
  bool is_queued() const { return ListNode<NotifyQueue>::is_linked(); }

  abi::UINT32 type = 0;
  /// In the signaled state. [uefi-2.10 7.1]
  bool signaled = false;
  /// Someone wants to know when it is closed.
  bool observed = false;

  // If it has a notification function.
  abi::EFI_TPL notify_tpl = 0;
  abi::EFI_EVENT_NOTIFY notify = nullptr;
  abi::VOID* context = nullptr;

  std::optional<abi::EFI_GUID> group;

  // While its timer is set.
  uint64_t due_ns = 0;
  uint64_t period_ns = 0;  // 0: fires once
};

}  // namespace flint::efi
