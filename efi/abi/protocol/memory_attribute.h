// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/memory.h"
#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_MEMORY_ATTRIBUTE_PROTOCOL_GUID =
    EFI_GUID::Of("f4560cf6-40ec-4b4a-a192-bf1d57d0b189");

struct EFI_MEMORY_ATTRIBUTE_PROTOCOL;
using EFI_GET_MEMORY_ATTRIBUTES =
    EFI_STATUS(EFIAPI*)(EFI_MEMORY_ATTRIBUTE_PROTOCOL* This,
                        EFI_PHYSICAL_ADDRESS BaseAddress,
                        UINT64 Length,
                        UINT64* Attributes);
using EFI_SET_MEMORY_ATTRIBUTES =
    EFI_STATUS(EFIAPI*)(EFI_MEMORY_ATTRIBUTE_PROTOCOL* This,
                        EFI_PHYSICAL_ADDRESS BaseAddress,
                        UINT64 Length,
                        UINT64 Attributes);
using EFI_CLEAR_MEMORY_ATTRIBUTES =
    EFI_STATUS(EFIAPI*)(EFI_MEMORY_ATTRIBUTE_PROTOCOL* This,
                        EFI_PHYSICAL_ADDRESS BaseAddress,
                        UINT64 Length,
                        UINT64 Attributes);

/// [uefi-2.10 37.7]
struct EFI_MEMORY_ATTRIBUTE_PROTOCOL {
  EFI_GET_MEMORY_ATTRIBUTES GetMemoryAttributes;
  EFI_SET_MEMORY_ATTRIBUTES SetMemoryAttributes;
  EFI_CLEAR_MEMORY_ATTRIBUTES ClearMemoryAttributes;
};
static_assert(sizeof(EFI_MEMORY_ATTRIBUTE_PROTOCOL) == 24);

}  // namespace flint::efi::abi
