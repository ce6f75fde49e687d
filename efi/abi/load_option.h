// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"
#include "platforms/base/endian.h"

namespace flint::efi::abi {

/// The start of a Boot#### variable. A description, ended by a NUL, a list of
/// device paths, and optional data follow. [uefi-2.10 3.1.3]
struct EFI_LOAD_OPTION {
  Le32 Attributes;
  Le16 FilePathListLength;
};
static_assert(sizeof(EFI_LOAD_OPTION) == 6);

inline constexpr UINT32 LOAD_OPTION_ACTIVE = 0x0000'0001;
inline constexpr UINT32 LOAD_OPTION_FORCE_RECONNECT = 0x0000'0002;
inline constexpr UINT32 LOAD_OPTION_HIDDEN = 0x0000'0008;
inline constexpr UINT32 LOAD_OPTION_CATEGORY = 0x0000'1F00;
inline constexpr UINT32 LOAD_OPTION_CATEGORY_BOOT = 0x0000'0000;
inline constexpr UINT32 LOAD_OPTION_CATEGORY_APP = 0x0000'0100;

/// What the firmware's user interface is asked for. [uefi-2.10 8.5.4]
inline constexpr UINT64 EFI_OS_INDICATIONS_BOOT_TO_FW_UI = 0x0000'0001;

/// For no timeout: wait for the user. [uefi-2.10 3.3]
inline constexpr UINT16 TIMEOUT_FOREVER = 0xFFFF;

}  // namespace flint::efi::abi
