// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr UINTN EFI_PAGE_SIZE = 4096;

/// [uefi-2.10 7.2.1]
enum EFI_ALLOCATE_TYPE : UINT32 {
  AllocateAnyPages,
  AllocateMaxAddress,
  AllocateAddress,
  MaxAllocateType,
};

/// Values from 0x70000000 on belong to the OEM, those from 0x80000000 on to
/// operating system loaders; what lies between is reserved. [uefi-2.10 7.2.1]
enum EFI_MEMORY_TYPE : UINT32 {
  EfiReservedMemoryType,
  EfiLoaderCode,
  EfiLoaderData,
  EfiBootServicesCode,
  EfiBootServicesData,
  EfiRuntimeServicesCode,
  EfiRuntimeServicesData,
  EfiConventionalMemory,
  EfiUnusableMemory,
  EfiACPIReclaimMemory,
  EfiACPIMemoryNVS,
  EfiMemoryMappedIO,
  EfiMemoryMappedIOPortSpace,
  EfiPalCode,
  EfiPersistentMemory,
  EfiUnacceptedMemoryType,
  EfiMaxMemoryType,

  MEMORY_TYPE_OEM_RESERVED_MIN = 0x7000'0000,
  MEMORY_TYPE_OEM_RESERVED_MAX = 0x7FFF'FFFF,
  MEMORY_TYPE_OS_RESERVED_MIN = 0x8000'0000,
  MEMORY_TYPE_OS_RESERVED_MAX = 0xFFFF'FFFF,
};

// [uefi-2.10 7.2.3]
inline constexpr UINT64 EFI_MEMORY_UC = 0x1;
inline constexpr UINT64 EFI_MEMORY_WC = 0x2;
inline constexpr UINT64 EFI_MEMORY_WT = 0x4;
inline constexpr UINT64 EFI_MEMORY_WB = 0x8;
inline constexpr UINT64 EFI_MEMORY_UCE = 0x10;
inline constexpr UINT64 EFI_MEMORY_WP = 0x1000;
inline constexpr UINT64 EFI_MEMORY_RP = 0x2000;
inline constexpr UINT64 EFI_MEMORY_XP = 0x4000;
inline constexpr UINT64 EFI_MEMORY_NV = 0x8000;
inline constexpr UINT64 EFI_MEMORY_MORE_RELIABLE = 0x1'0000;
inline constexpr UINT64 EFI_MEMORY_RO = 0x2'0000;
inline constexpr UINT64 EFI_MEMORY_SP = 0x4'0000;
inline constexpr UINT64 EFI_MEMORY_CPU_CRYPTO = 0x8'0000;
inline constexpr UINT64 EFI_MEMORY_ISA_VALID = 0x4000'0000'0000'0000;
inline constexpr UINT64 EFI_MEMORY_RUNTIME = 0x8000'0000'0000'0000;

/// One descriptor of the memory map. Callers must step by the size that
/// `GetMemoryMap` tells, not by this type's. [uefi-2.10 7.2.3]
struct EFI_MEMORY_DESCRIPTOR {
  UINT32 Type;
  EFI_PHYSICAL_ADDRESS PhysicalStart;
  EFI_VIRTUAL_ADDRESS VirtualStart;
  UINT64 NumberOfPages;
  UINT64 Attribute;
};
static_assert(sizeof(EFI_MEMORY_DESCRIPTOR) == 40);
static_assert(offsetof(EFI_MEMORY_DESCRIPTOR, PhysicalStart) == 8);

inline constexpr UINT32 EFI_MEMORY_DESCRIPTOR_VERSION = 1;

}  // namespace flint::efi::abi
