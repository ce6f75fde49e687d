// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/runtime_services.h"
#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_RESET_NOTIFICATION_PROTOCOL_GUID =
    EFI_GUID::Of("9da34ae0-eaf9-4bbf-8ec3-fd60226c44be");

struct EFI_RESET_NOTIFICATION_PROTOCOL;
using EFI_REGISTER_RESET_NOTIFY = EFI_STATUS(EFIAPI*)(
    EFI_RESET_NOTIFICATION_PROTOCOL* This, EFI_RESET_SYSTEM ResetFunction);
using EFI_UNREGISTER_RESET_NOTIFY = EFI_STATUS(EFIAPI*)(
    EFI_RESET_NOTIFICATION_PROTOCOL* This, EFI_RESET_SYSTEM ResetFunction);

/// [uefi-2.10 38.2]
struct EFI_RESET_NOTIFICATION_PROTOCOL {
  EFI_REGISTER_RESET_NOTIFY RegisterResetNotify;
  EFI_UNREGISTER_RESET_NOTIFY UnregisterResetNotify;
};
static_assert(sizeof(EFI_RESET_NOTIFICATION_PROTOCOL) == 16);

}  // namespace flint::efi::abi
