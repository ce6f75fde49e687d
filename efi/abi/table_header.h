// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"

namespace flint::efi::abi {

/// What the three tables start with. `CRC32` is over `HeaderSize` bytes of the
/// table, with `CRC32` itself taken as 0. [uefi-2.10 4.2]
struct EFI_TABLE_HEADER {
  UINT64 Signature;
  UINT32 Revision;
  UINT32 HeaderSize;
  UINT32 CRC32;
  UINT32 Reserved;
};
static_assert(sizeof(EFI_TABLE_HEADER) == 24);

inline constexpr UINT32 EFI_2_10_SYSTEM_TABLE_REVISION = (2 << 16) | 100;
inline constexpr UINT32 EFI_SPECIFICATION_VERSION =
    EFI_2_10_SYSTEM_TABLE_REVISION;
inline constexpr UINT32 EFI_SYSTEM_TABLE_REVISION = EFI_SPECIFICATION_VERSION;
inline constexpr UINT32 EFI_BOOT_SERVICES_REVISION = EFI_SPECIFICATION_VERSION;
inline constexpr UINT32 EFI_RUNTIME_SERVICES_REVISION =
    EFI_SPECIFICATION_VERSION;

inline constexpr UINT64 EFI_SYSTEM_TABLE_SIGNATURE = 0x5453'5953'2049'4249;
inline constexpr UINT64 EFI_BOOT_SERVICES_SIGNATURE = 0x5652'4553'544F'4F42;
inline constexpr UINT64 EFI_RUNTIME_SERVICES_SIGNATURE = 0x5652'4553'544E'5552;

}  // namespace flint::efi::abi
