// SPDX-License-Identifier: Apache-2.0
#include "efi/reset_notification/reset_notification.h"

namespace flint::efi {
namespace {

using abi::EFI_RESET_NOTIFICATION_PROTOCOL;
using abi::EFI_RESET_SYSTEM;
using abi::EFI_STATUS;

EFI_STATUS EFIAPI RegisterResetNotify(EFI_RESET_NOTIFICATION_PROTOCOL* self,
                                      EFI_RESET_SYSTEM function) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return static_cast<ResetNotification*>(self)->Register(function);
}

EFI_STATUS EFIAPI UnregisterResetNotify(EFI_RESET_NOTIFICATION_PROTOCOL* self,
                                        EFI_RESET_SYSTEM function) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return static_cast<ResetNotification*>(self)->Unregister(function);
}

}  // namespace

ResetNotification::ResetNotification(PageSource& pages)
    : EFI_RESET_NOTIFICATION_PROTOCOL{.RegisterResetNotify =
                                          efi::RegisterResetNotify,
                                      .UnregisterResetNotify =
                                          efi::UnregisterResetNotify},
      pool_(pages) {}

EFI_STATUS ResetNotification::Register(EFI_RESET_SYSTEM function) {
  if (function == nullptr) return abi::EFI_INVALID_PARAMETER;
  if (Find(function) != nullptr) return abi::EFI_ALREADY_STARTED;
  Registration* const registration = pool_.New();
  if (registration == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  registration->function = function;
  list_.push_back(*registration);
  return abi::EFI_SUCCESS;
}

EFI_STATUS ResetNotification::Unregister(EFI_RESET_SYSTEM function) {
  Registration* const registration = Find(function);
  if (registration == nullptr) return abi::EFI_INVALID_PARAMETER;
  Remove(*registration);
  return abi::EFI_SUCCESS;
}

void ResetNotification::OnReset(abi::EFI_RESET_TYPE type,
                                EFI_STATUS status,
                                abi::UINTN data_size,
                                abi::VOID* data) {
  while (Registration* const first = list_.front()) {
    const EFI_RESET_SYSTEM function = first->function;
    Remove(*first);
    function(type, status, data_size, data);
  }
}

ResetNotification::Registration* ResetNotification::Find(
    EFI_RESET_SYSTEM function) {
  Registration* registration = list_.front();
  while (registration != nullptr && registration->function != function) {
    registration = list_.Next(*registration);
  }
  return registration;
}

void ResetNotification::Remove(Registration& registration) {
  IntrusiveList<Registration>::Remove(registration);
  pool_.Delete(registration);
}

}  // namespace flint::efi
