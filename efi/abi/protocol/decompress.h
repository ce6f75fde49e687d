// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_DECOMPRESS_PROTOCOL_GUID =
    EFI_GUID::Of("d8117cfe-94a6-11d4-9a3a-0090273fc14d");

struct EFI_DECOMPRESS_PROTOCOL;
using EFI_DECOMPRESS_GET_INFO =
    EFI_STATUS(EFIAPI*)(EFI_DECOMPRESS_PROTOCOL* This,
                        VOID* Source,
                        UINT32 SourceSize,
                        UINT32* DestinationSize,
                        UINT32* ScratchSize);
using EFI_DECOMPRESS_DECOMPRESS =
    EFI_STATUS(EFIAPI*)(EFI_DECOMPRESS_PROTOCOL* This,
                        VOID* Source,
                        UINT32 SourceSize,
                        VOID* Destination,
                        UINT32 DestinationSize,
                        VOID* Scratch,
                        UINT32 ScratchSize);

/// [uefi-2.10 19.5]
struct EFI_DECOMPRESS_PROTOCOL {
  EFI_DECOMPRESS_GET_INFO GetInfo;
  EFI_DECOMPRESS_DECOMPRESS Decompress;
};
static_assert(sizeof(EFI_DECOMPRESS_PROTOCOL) == 16);

}  // namespace flint::efi::abi
