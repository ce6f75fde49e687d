// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/reset_notification.h"
#include "efi/abi/runtime_services.h"
#include "efi/abi/status.h"
#include "efi/containers/intrusive_list.h"
#include "efi/containers/object_pool.h"
#include "efi/runtime/reset_listener.h"

namespace flint::efi {

/// EFI_RESET_NOTIFICATION_PROTOCOL: functions of images that want to know when
/// the machine is reset while boot services run. [uefi-2.10 38.2]
///
/// To be made the listener of the runtime loader. Functions are called in the
/// order in which they were registered, each once: one that resets the machine
/// itself has the rest called from there.
class ResetNotification final : public abi::EFI_RESET_NOTIFICATION_PROTOCOL,
                                public ResetListener {
 public:
  /// `pages` must outlive this.
  explicit ResetNotification(PageSource& pages);
  ResetNotification(const ResetNotification&) = delete;
  ResetNotification& operator=(const ResetNotification&) = delete;

  abi::EFI_STATUS Register(abi::EFI_RESET_SYSTEM function);
  abi::EFI_STATUS Unregister(abi::EFI_RESET_SYSTEM function);

  void OnReset(abi::EFI_RESET_TYPE type,
               abi::EFI_STATUS status,
               abi::UINTN data_size,
               abi::VOID* data) override;

 private:
  struct Registration : ListNode<Registration> {
    abi::EFI_RESET_SYSTEM function = nullptr;
  };

  Registration* Find(abi::EFI_RESET_SYSTEM function);
  void Remove(Registration& registration);

  ObjectPool<Registration> pool_;
  IntrusiveList<Registration> list_;
};

}  // namespace flint::efi
