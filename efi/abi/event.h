// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"

namespace flint::efi::abi {

// Task priority levels. [uefi-2.10 7.1]
inline constexpr EFI_TPL TPL_APPLICATION = 4;
inline constexpr EFI_TPL TPL_CALLBACK = 8;
inline constexpr EFI_TPL TPL_NOTIFY = 16;
inline constexpr EFI_TPL TPL_HIGH_LEVEL = 31;

// Event types. [uefi-2.10 7.1.1]
inline constexpr UINT32 EVT_TIMER = 0x8000'0000;
inline constexpr UINT32 EVT_RUNTIME = 0x4000'0000;
inline constexpr UINT32 EVT_NOTIFY_WAIT = 0x0000'0100;
inline constexpr UINT32 EVT_NOTIFY_SIGNAL = 0x0000'0200;
inline constexpr UINT32 EVT_SIGNAL_EXIT_BOOT_SERVICES = 0x0000'0201;
inline constexpr UINT32 EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE = 0x6000'0202;

using EFI_EVENT_NOTIFY = VOID(EFIAPI*)(EFI_EVENT Event, VOID* Context);

/// [uefi-2.10 7.1.7]
enum EFI_TIMER_DELAY : UINT32 {
  TimerCancel,
  TimerPeriodic,
  TimerRelative,
};

// Event groups. [uefi-2.10 7.1.2]
inline constexpr EFI_GUID EFI_EVENT_GROUP_EXIT_BOOT_SERVICES =
    EFI_GUID::Of("27abf055-b1b8-4c26-8048-748f37baa2df");
inline constexpr EFI_GUID EFI_EVENT_GROUP_BEFORE_EXIT_BOOT_SERVICES =
    EFI_GUID::Of("8be0e274-3970-4b44-80c5-1ab9502f3bfc");
inline constexpr EFI_GUID EFI_EVENT_GROUP_VIRTUAL_ADDRESS_CHANGE =
    EFI_GUID::Of("13fa7698-c831-49c7-87ea-8f43fcc25196");
inline constexpr EFI_GUID EFI_EVENT_GROUP_MEMORY_MAP_CHANGE =
    EFI_GUID::Of("78bee926-692f-48fd-9edb-01422ef0d7ab");
inline constexpr EFI_GUID EFI_EVENT_GROUP_READY_TO_BOOT =
    EFI_GUID::Of("7ce88fb3-4bd7-4679-87a8-a8d8dee50d2b");
inline constexpr EFI_GUID EFI_EVENT_GROUP_AFTER_READY_TO_BOOT =
    EFI_GUID::Of("3a2a00ad-98b9-4cdf-a478-702777f1c10b");
inline constexpr EFI_GUID EFI_EVENT_GROUP_RESET_SYSTEM =
    EFI_GUID::Of("62da6a56-13fb-485a-a8da-a3dd7912cb6b");

}  // namespace flint::efi::abi
