// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/memory.h"
#include "efi/abi/table_header.h"
#include "efi/abi/time.h"
#include "efi/abi/types.h"

namespace flint::efi::abi {

// Variable attributes. [uefi-2.10 8.2.1]
inline constexpr UINT32 EFI_VARIABLE_NON_VOLATILE = 0x01;
inline constexpr UINT32 EFI_VARIABLE_BOOTSERVICE_ACCESS = 0x02;
inline constexpr UINT32 EFI_VARIABLE_RUNTIME_ACCESS = 0x04;
inline constexpr UINT32 EFI_VARIABLE_HARDWARE_ERROR_RECORD = 0x08;
inline constexpr UINT32 EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS = 0x10;
inline constexpr UINT32 EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS =
    0x20;
inline constexpr UINT32 EFI_VARIABLE_APPEND_WRITE = 0x40;
inline constexpr UINT32 EFI_VARIABLE_ENHANCED_AUTHENTICATED_ACCESS = 0x80;

inline constexpr EFI_GUID EFI_GLOBAL_VARIABLE =
    EFI_GUID::Of("8be4df61-93ca-11d2-aa0d-00e098032b8c");
inline constexpr EFI_GUID EFI_IMAGE_SECURITY_DATABASE_GUID =
    EFI_GUID::Of("d719b2cb-3d3a-4596-a3bc-dad00e67656f");

/// [uefi-2.10 8.5.1]
enum EFI_RESET_TYPE : UINT32 {
  EfiResetCold,
  EfiResetWarm,
  EfiResetShutdown,
  EfiResetPlatformSpecific,
};

/// [uefi-2.10 8.5.3]
struct EFI_CAPSULE_HEADER {
  EFI_GUID CapsuleGuid;
  UINT32 HeaderSize;
  UINT32 Flags;
  UINT32 CapsuleImageSize;
};
static_assert(sizeof(EFI_CAPSULE_HEADER) == 28);

inline constexpr UINT32 CAPSULE_FLAGS_PERSIST_ACROSS_RESET = 0x0001'0000;
inline constexpr UINT32 CAPSULE_FLAGS_POPULATE_SYSTEM_TABLE = 0x0002'0000;
inline constexpr UINT32 CAPSULE_FLAGS_INITIATE_RESET = 0x0004'0000;

/// What a pointer given to ConvertPointer may be. [uefi-2.10 8.4.2]
inline constexpr UINTN EFI_OPTIONAL_PTR = 1;

using EFI_GET_TIME = EFI_STATUS(EFIAPI*)(EFI_TIME* Time,
                                         EFI_TIME_CAPABILITIES* Capabilities);
using EFI_SET_TIME = EFI_STATUS(EFIAPI*)(EFI_TIME* Time);
using EFI_GET_WAKEUP_TIME = EFI_STATUS(EFIAPI*)(BOOLEAN* Enabled,
                                                BOOLEAN* Pending,
                                                EFI_TIME* Time);
using EFI_SET_WAKEUP_TIME = EFI_STATUS(EFIAPI*)(BOOLEAN Enable, EFI_TIME* Time);
using EFI_SET_VIRTUAL_ADDRESS_MAP =
    EFI_STATUS(EFIAPI*)(UINTN MemoryMapSize,
                        UINTN DescriptorSize,
                        UINT32 DescriptorVersion,
                        EFI_MEMORY_DESCRIPTOR* VirtualMap);
using EFI_CONVERT_POINTER = EFI_STATUS(EFIAPI*)(UINTN DebugDisposition,
                                                VOID** Address);
using EFI_GET_VARIABLE = EFI_STATUS(EFIAPI*)(CHAR16* VariableName,
                                             EFI_GUID* VendorGuid,
                                             UINT32* Attributes,
                                             UINTN* DataSize,
                                             VOID* Data);
using EFI_GET_NEXT_VARIABLE_NAME = EFI_STATUS(EFIAPI*)(UINTN* VariableNameSize,
                                                       CHAR16* VariableName,
                                                       EFI_GUID* VendorGuid);
using EFI_SET_VARIABLE = EFI_STATUS(EFIAPI*)(CHAR16* VariableName,
                                             EFI_GUID* VendorGuid,
                                             UINT32 Attributes,
                                             UINTN DataSize,
                                             VOID* Data);
using EFI_GET_NEXT_HIGH_MONO_COUNT = EFI_STATUS(EFIAPI*)(UINT32* HighCount);
using EFI_RESET_SYSTEM = VOID(EFIAPI*)(EFI_RESET_TYPE ResetType,
                                       EFI_STATUS ResetStatus,
                                       UINTN DataSize,
                                       VOID* ResetData);
using EFI_UPDATE_CAPSULE =
    EFI_STATUS(EFIAPI*)(EFI_CAPSULE_HEADER** CapsuleHeaderArray,
                        UINTN CapsuleCount,
                        EFI_PHYSICAL_ADDRESS ScatterGatherList);
using EFI_QUERY_CAPSULE_CAPABILITIES =
    EFI_STATUS(EFIAPI*)(EFI_CAPSULE_HEADER** CapsuleHeaderArray,
                        UINTN CapsuleCount,
                        UINT64* MaximumCapsuleSize,
                        EFI_RESET_TYPE* ResetType);
using EFI_QUERY_VARIABLE_INFO =
    EFI_STATUS(EFIAPI*)(UINT32 Attributes,
                        UINT64* MaximumVariableStorageSize,
                        UINT64* RemainingVariableStorageSize,
                        UINT64* MaximumVariableSize);

/// [uefi-2.10 4.5]
struct EFI_RUNTIME_SERVICES {
  EFI_TABLE_HEADER Hdr;

  EFI_GET_TIME GetTime;
  EFI_SET_TIME SetTime;
  EFI_GET_WAKEUP_TIME GetWakeupTime;
  EFI_SET_WAKEUP_TIME SetWakeupTime;

  EFI_SET_VIRTUAL_ADDRESS_MAP SetVirtualAddressMap;
  EFI_CONVERT_POINTER ConvertPointer;

  EFI_GET_VARIABLE GetVariable;
  EFI_GET_NEXT_VARIABLE_NAME GetNextVariableName;
  EFI_SET_VARIABLE SetVariable;

  EFI_GET_NEXT_HIGH_MONO_COUNT GetNextHighMonotonicCount;
  EFI_RESET_SYSTEM ResetSystem;

  EFI_UPDATE_CAPSULE UpdateCapsule;
  EFI_QUERY_CAPSULE_CAPABILITIES QueryCapsuleCapabilities;

  EFI_QUERY_VARIABLE_INFO QueryVariableInfo;
};
static_assert(sizeof(EFI_RUNTIME_SERVICES) == 136);
static_assert(offsetof(EFI_RUNTIME_SERVICES, GetVariable) == 72);
static_assert(offsetof(EFI_RUNTIME_SERVICES, QueryVariableInfo) == 128);

}  // namespace flint::efi::abi
