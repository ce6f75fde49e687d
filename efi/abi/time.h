// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"

namespace flint::efi::abi {

/// [uefi-2.10 8.3.1]
struct EFI_TIME {
  UINT16 Year;   // 1900 - 9999
  UINT8 Month;   // 1 - 12
  UINT8 Day;     // 1 - 31
  UINT8 Hour;    // 0 - 23
  UINT8 Minute;  // 0 - 59
  UINT8 Second;  // 0 - 59
  UINT8 Pad1;
  UINT32 Nanosecond;  // 0 - 999,999,999
  INT16 TimeZone;     // minutes, -1440 to 1440, or unspecified
  UINT8 Daylight;
  UINT8 Pad2;
};
static_assert(sizeof(EFI_TIME) == 16);

inline constexpr UINT8 EFI_TIME_ADJUST_DAYLIGHT = 0x01;
inline constexpr UINT8 EFI_TIME_IN_DAYLIGHT = 0x02;
inline constexpr INT16 EFI_UNSPECIFIED_TIMEZONE = 0x07FF;

struct EFI_TIME_CAPABILITIES {
  UINT32 Resolution;  // counts per second
  UINT32 Accuracy;    // error rate in 1e-6 parts per million
  BOOLEAN SetsToZero;
};
static_assert(sizeof(EFI_TIME_CAPABILITIES) == 12);

}  // namespace flint::efi::abi
