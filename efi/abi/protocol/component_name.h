// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_COMPONENT_NAME2_PROTOCOL_GUID =
    EFI_GUID::Of("6a7a5cff-e8d9-4f70-bada-75ab3025ce14");

struct EFI_COMPONENT_NAME2_PROTOCOL;
using EFI_COMPONENT_NAME2_GET_DRIVER_NAME = EFI_STATUS(EFIAPI*)(
    EFI_COMPONENT_NAME2_PROTOCOL* This, CHAR8* Language, CHAR16** DriverName);
using EFI_COMPONENT_NAME2_GET_CONTROLLER_NAME =
    EFI_STATUS(EFIAPI*)(EFI_COMPONENT_NAME2_PROTOCOL* This,
                        EFI_HANDLE ControllerHandle,
                        EFI_HANDLE ChildHandle,
                        CHAR8* Language,
                        CHAR16** ControllerName);

/// [uefi-2.10 11.5]
struct EFI_COMPONENT_NAME2_PROTOCOL {
  EFI_COMPONENT_NAME2_GET_DRIVER_NAME GetDriverName;
  EFI_COMPONENT_NAME2_GET_CONTROLLER_NAME GetControllerName;
  CHAR8* SupportedLanguages;
};
static_assert(sizeof(EFI_COMPONENT_NAME2_PROTOCOL) == 24);

}  // namespace flint::efi::abi
