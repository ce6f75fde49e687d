// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/device_path.h"
#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_LOAD_FILE_PROTOCOL_GUID =
    EFI_GUID::Of("56ec3091-954c-11d2-8e3f-00a0c969723b");

struct EFI_LOAD_FILE_PROTOCOL;
using EFI_LOAD_FILE = EFI_STATUS(EFIAPI*)(EFI_LOAD_FILE_PROTOCOL* This,
                                          EFI_DEVICE_PATH_PROTOCOL* FilePath,
                                          BOOLEAN BootPolicy,
                                          UINTN* BufferSize,
                                          VOID* Buffer);

/// [uefi-2.10 13.1]
struct EFI_LOAD_FILE_PROTOCOL {
  EFI_LOAD_FILE LoadFile;
};
static_assert(sizeof(EFI_LOAD_FILE_PROTOCOL) == 8);

inline constexpr EFI_GUID EFI_LOAD_FILE2_PROTOCOL_GUID =
    EFI_GUID::Of("4006c0c1-fcb3-403e-996d-4a6c8724e06d");

struct EFI_LOAD_FILE2_PROTOCOL;
using EFI_LOAD_FILE2 = EFI_STATUS(EFIAPI*)(EFI_LOAD_FILE2_PROTOCOL* This,
                                           EFI_DEVICE_PATH_PROTOCOL* FilePath,
                                           BOOLEAN BootPolicy,
                                           UINTN* BufferSize,
                                           VOID* Buffer);

/// [uefi-2.10 13.2]
struct EFI_LOAD_FILE2_PROTOCOL {
  EFI_LOAD_FILE2 LoadFile;
};
static_assert(sizeof(EFI_LOAD_FILE2_PROTOCOL) == 8);

}  // namespace flint::efi::abi
