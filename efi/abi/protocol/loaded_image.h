// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/boot_services.h"
#include "efi/abi/memory.h"
#include "efi/abi/protocol/device_path.h"
#include "efi/abi/system_table.h"
#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_LOADED_IMAGE_PROTOCOL_GUID =
    EFI_GUID::Of("5b1b31a1-9562-11d2-8e3f-00a0c969723b");
inline constexpr EFI_GUID EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL_GUID =
    EFI_GUID::Of("bc62157e-3e33-4fec-9920-2d3b36d750df");

inline constexpr UINT32 EFI_LOADED_IMAGE_PROTOCOL_REVISION = 0x1000;

/// [uefi-2.10 9.1]
struct EFI_LOADED_IMAGE_PROTOCOL {
  UINT32 Revision;
  EFI_HANDLE ParentHandle;
  EFI_SYSTEM_TABLE* SystemTable;

  EFI_HANDLE DeviceHandle;
  EFI_DEVICE_PATH_PROTOCOL* FilePath;
  VOID* Reserved;

  UINT32 LoadOptionsSize;
  VOID* LoadOptions;

  VOID* ImageBase;
  UINT64 ImageSize;
  EFI_MEMORY_TYPE ImageCodeType;
  EFI_MEMORY_TYPE ImageDataType;
  EFI_IMAGE_UNLOAD Unload;
};
static_assert(sizeof(EFI_LOADED_IMAGE_PROTOCOL) == 96);
static_assert(offsetof(EFI_LOADED_IMAGE_PROTOCOL, FilePath) == 32);
static_assert(offsetof(EFI_LOADED_IMAGE_PROTOCOL, LoadOptions) == 56);
static_assert(offsetof(EFI_LOADED_IMAGE_PROTOCOL, ImageCodeType) == 80);
static_assert(offsetof(EFI_LOADED_IMAGE_PROTOCOL, Unload) == 88);

}  // namespace flint::efi::abi
