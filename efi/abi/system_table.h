// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/boot_services.h"
#include "efi/abi/runtime_services.h"
#include "efi/abi/table_header.h"
#include "efi/abi/types.h"

namespace flint::efi::abi {

struct EFI_SIMPLE_TEXT_INPUT_PROTOCOL;
struct EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL;

/// [uefi-2.10 4.6]
struct EFI_CONFIGURATION_TABLE {
  EFI_GUID VendorGuid;
  VOID* VendorTable;
};
static_assert(sizeof(EFI_CONFIGURATION_TABLE) == 24);

/// [uefi-2.10 4.3]
struct EFI_SYSTEM_TABLE {
  EFI_TABLE_HEADER Hdr;
  CHAR16* FirmwareVendor;
  UINT32 FirmwareRevision;
  EFI_HANDLE ConsoleInHandle;
  EFI_SIMPLE_TEXT_INPUT_PROTOCOL* ConIn;
  EFI_HANDLE ConsoleOutHandle;
  EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* ConOut;
  EFI_HANDLE StandardErrorHandle;
  EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* StdErr;
  EFI_RUNTIME_SERVICES* RuntimeServices;
  EFI_BOOT_SERVICES* BootServices;
  UINTN NumberOfTableEntries;
  EFI_CONFIGURATION_TABLE* ConfigurationTable;
};
static_assert(sizeof(EFI_SYSTEM_TABLE) == 120);
static_assert(offsetof(EFI_SYSTEM_TABLE, ConsoleInHandle) == 40);
static_assert(offsetof(EFI_SYSTEM_TABLE, ConOut) == 64);
static_assert(offsetof(EFI_SYSTEM_TABLE, RuntimeServices) == 88);
static_assert(offsetof(EFI_SYSTEM_TABLE, ConfigurationTable) == 112);

/// How an image is entered. [uefi-2.10 4.1.1]
using EFI_IMAGE_ENTRY_POINT =
    EFI_STATUS(EFIAPI*)(EFI_HANDLE ImageHandle, EFI_SYSTEM_TABLE* SystemTable);

// Configuration tables. [uefi-2.10 4.6]
inline constexpr EFI_GUID EFI_ACPI_TABLE_GUID =
    EFI_GUID::Of("8868e871-e4f1-11d3-bc22-0080c73c8881");
inline constexpr EFI_GUID ACPI_TABLE_GUID =
    EFI_GUID::Of("eb9d2d30-2d88-11d3-9a16-0090273fc14d");
inline constexpr EFI_GUID SMBIOS_TABLE_GUID =
    EFI_GUID::Of("eb9d2d31-2d88-11d3-9a16-0090273fc14d");
inline constexpr EFI_GUID SMBIOS3_TABLE_GUID =
    EFI_GUID::Of("f2fd1544-9794-4a2c-992e-e5bbcf20e394");
inline constexpr EFI_GUID EFI_DTB_TABLE_GUID =
    EFI_GUID::Of("b1b621d5-f19c-41a5-830b-d9152c69aae0");
inline constexpr EFI_GUID EFI_RT_PROPERTIES_TABLE_GUID =
    EFI_GUID::Of("eb66918a-7eef-402a-842e-931d21c38ae9");
inline constexpr EFI_GUID EFI_MEMORY_ATTRIBUTES_TABLE_GUID =
    EFI_GUID::Of("dcfa911d-26eb-469f-a220-38b7dc461220");
inline constexpr EFI_GUID EFI_CONFORMANCE_PROFILES_TABLE_GUID =
    EFI_GUID::Of("36122546-f7e7-4c8f-bd9b-eb8525b50c0b");

/// Which runtime services may be called. [uefi-2.10 4.6.2]
struct EFI_RT_PROPERTIES_TABLE {
  UINT16 Version;
  UINT16 Length;
  UINT32 RuntimeServicesSupported;
};
static_assert(sizeof(EFI_RT_PROPERTIES_TABLE) == 8);

/// Followed by `NumberOfEntries` descriptors of `DescriptorSize` bytes.
/// [uefi-2.10 4.6.4]
struct EFI_MEMORY_ATTRIBUTES_TABLE {
  UINT32 Version;
  UINT32 NumberOfEntries;
  UINT32 DescriptorSize;
  UINT32 Flags;
};
static_assert(sizeof(EFI_MEMORY_ATTRIBUTES_TABLE) == 16);

}  // namespace flint::efi::abi
