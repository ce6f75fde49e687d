// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "platforms/base/guid.h"

/// The calling convention of everything that crosses the UEFI boundary. On
/// x86_64 it is not the one our own code uses, in the guest or on the host.
#if defined(__x86_64__)
#define EFIAPI __attribute__((ms_abi))
#else
#define EFIAPI
#endif

/// UEFI's types, spelt as the specification spells them. Anything that can be
/// called from an image belongs here and nowhere else.
namespace flint::efi::abi {

// [uefi-2.10 2.3.1]
using BOOLEAN = uint8_t;
using INTN = intptr_t;
using UINTN = uintptr_t;
using INT8 = int8_t;
using UINT8 = uint8_t;
using INT16 = int16_t;
using UINT16 = uint16_t;
using INT32 = int32_t;
using UINT32 = uint32_t;
using INT64 = int64_t;
using UINT64 = uint64_t;
using CHAR8 = char;
using CHAR16 = char16_t;
using VOID = void;

inline constexpr BOOLEAN FALSE = 0;
inline constexpr BOOLEAN TRUE = 1;

using EFI_GUID = Guid;
using EFI_STATUS = UINTN;
using EFI_HANDLE = VOID*;
using EFI_EVENT = VOID*;
using EFI_TPL = UINTN;
using EFI_LBA = UINT64;
using EFI_PHYSICAL_ADDRESS = UINT64;
using EFI_VIRTUAL_ADDRESS = UINT64;

struct EFI_MAC_ADDRESS {
  UINT8 Addr[32];
};
struct EFI_IPv4_ADDRESS {
  UINT8 Addr[4];
};
struct EFI_IPv6_ADDRESS {
  UINT8 Addr[16];
};

static_assert(sizeof(UINTN) == 8 && sizeof(CHAR16) == 2);

}  // namespace flint::efi::abi
