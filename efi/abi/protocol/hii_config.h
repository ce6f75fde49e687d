// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/device_path.h"
#include "efi/abi/protocol/hii_package.h"
#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_HII_CONFIG_ROUTING_PROTOCOL_GUID =
    EFI_GUID::Of("587e72d7-cc50-4f79-8209-ca291fc1a10f");

struct EFI_HII_CONFIG_ROUTING_PROTOCOL;
using EFI_HII_EXTRACT_CONFIG =
    EFI_STATUS(EFIAPI*)(const EFI_HII_CONFIG_ROUTING_PROTOCOL* This,
                        EFI_STRING Request,
                        EFI_STRING* Progress,
                        EFI_STRING* Results);
using EFI_HII_EXPORT_CONFIG = EFI_STATUS(EFIAPI*)(
    const EFI_HII_CONFIG_ROUTING_PROTOCOL* This, EFI_STRING* Results);
using EFI_HII_ROUTE_CONFIG =
    EFI_STATUS(EFIAPI*)(const EFI_HII_CONFIG_ROUTING_PROTOCOL* This,
                        EFI_STRING Configuration,
                        EFI_STRING* Progress);
using EFI_HII_BLOCK_TO_CONFIG =
    EFI_STATUS(EFIAPI*)(const EFI_HII_CONFIG_ROUTING_PROTOCOL* This,
                        EFI_STRING ConfigRequest,
                        const UINT8* Block,
                        UINTN BlockSize,
                        EFI_STRING* Config,
                        EFI_STRING* Progress);
using EFI_HII_CONFIG_TO_BLOCK =
    EFI_STATUS(EFIAPI*)(const EFI_HII_CONFIG_ROUTING_PROTOCOL* This,
                        EFI_STRING ConfigResp,
                        UINT8* Block,
                        UINTN* BlockSize,
                        EFI_STRING* Progress);
using EFI_HII_GET_ALT_CFG =
    EFI_STATUS(EFIAPI*)(const EFI_HII_CONFIG_ROUTING_PROTOCOL* This,
                        EFI_STRING ConfigResp,
                        const EFI_GUID* Guid,
                        const CHAR16* Name,
                        const EFI_DEVICE_PATH_PROTOCOL* DevicePath,
                        const UINT16* AltCfgId,
                        EFI_STRING* AltCfgResp);

/// [uefi-2.10 35.4]
struct EFI_HII_CONFIG_ROUTING_PROTOCOL {
  EFI_HII_EXTRACT_CONFIG ExtractConfig;
  EFI_HII_EXPORT_CONFIG ExportConfig;
  EFI_HII_ROUTE_CONFIG RouteConfig;
  EFI_HII_BLOCK_TO_CONFIG BlockToConfig;
  EFI_HII_CONFIG_TO_BLOCK ConfigToBlock;
  EFI_HII_GET_ALT_CFG GetAltConfig;
};
static_assert(sizeof(EFI_HII_CONFIG_ROUTING_PROTOCOL) == 48);

/// Of drivers, on their handles.
inline constexpr EFI_GUID EFI_HII_CONFIG_ACCESS_PROTOCOL_GUID =
    EFI_GUID::Of("330d4706-f2a0-4e4f-a369-b66fa8d54385");

struct EFI_HII_CONFIG_ACCESS_PROTOCOL;
using EFI_HII_ACCESS_EXTRACT_CONFIG =
    EFI_STATUS(EFIAPI*)(const EFI_HII_CONFIG_ACCESS_PROTOCOL* This,
                        EFI_STRING Request,
                        EFI_STRING* Progress,
                        EFI_STRING* Results);
using EFI_HII_ACCESS_ROUTE_CONFIG =
    EFI_STATUS(EFIAPI*)(const EFI_HII_CONFIG_ACCESS_PROTOCOL* This,
                        EFI_STRING Configuration,
                        EFI_STRING* Progress);
/// Called by form browsers, of which the firmware has none.
using EFI_HII_ACCESS_FORM_CALLBACK =
    EFI_STATUS(EFIAPI*)(const EFI_HII_CONFIG_ACCESS_PROTOCOL* This,
                        UINTN Action,
                        UINT16 QuestionId,
                        UINT8 Type,
                        VOID* Value,
                        UINTN* ActionRequest);

/// [uefi-2.10 35.5]
struct EFI_HII_CONFIG_ACCESS_PROTOCOL {
  EFI_HII_ACCESS_EXTRACT_CONFIG ExtractConfig;
  EFI_HII_ACCESS_ROUTE_CONFIG RouteConfig;
  EFI_HII_ACCESS_FORM_CALLBACK Callback;
};
static_assert(sizeof(EFI_HII_CONFIG_ACCESS_PROTOCOL) == 24);

}  // namespace flint::efi::abi
