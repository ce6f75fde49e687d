// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_TIMESTAMP_PROTOCOL_GUID =
    EFI_GUID::Of("afbfde41-2e6e-4262-ba65-62b9236e5495");

struct EFI_TIMESTAMP_PROPERTIES {
  UINT64 Frequency;
  UINT64 EndValue;
};
static_assert(sizeof(EFI_TIMESTAMP_PROPERTIES) == 16);

using TIMESTAMP_GET = UINT64(EFIAPI*)(VOID);
using TIMESTAMP_GET_PROPERTIES =
    EFI_STATUS(EFIAPI*)(EFI_TIMESTAMP_PROPERTIES* Properties);

/// [uefi-2.10 38.1]
struct EFI_TIMESTAMP_PROTOCOL {
  TIMESTAMP_GET GetTimestamp;
  TIMESTAMP_GET_PROPERTIES GetProperties;
};
static_assert(sizeof(EFI_TIMESTAMP_PROTOCOL) == 16);

}  // namespace flint::efi::abi
