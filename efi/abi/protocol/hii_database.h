// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/hii_package.h"
#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_HII_DATABASE_PROTOCOL_GUID =
    EFI_GUID::Of("ef9fc172-a1b2-4693-b327-6d32fc416042");

/// The group of events that are signaled when the keyboard layout changes.
inline constexpr EFI_GUID EFI_HII_SET_KEYBOARD_LAYOUT_EVENT_GUID =
    EFI_GUID::Of("14982a4f-b0ed-45b8-a811-5a7a9bc232df");

using EFI_HII_DATABASE_NOTIFY_TYPE = UINTN;
inline constexpr EFI_HII_DATABASE_NOTIFY_TYPE EFI_HII_DATABASE_NOTIFY_NEW_PACK =
    0x1;
inline constexpr EFI_HII_DATABASE_NOTIFY_TYPE
    EFI_HII_DATABASE_NOTIFY_REMOVE_PACK = 0x2;
inline constexpr EFI_HII_DATABASE_NOTIFY_TYPE
    EFI_HII_DATABASE_NOTIFY_EXPORT_PACK = 0x4;
inline constexpr EFI_HII_DATABASE_NOTIFY_TYPE EFI_HII_DATABASE_NOTIFY_ADD_PACK =
    0x8;

using EFI_HII_DATABASE_NOTIFY =
    EFI_STATUS(EFIAPI*)(UINT8 PackageType,
                        const EFI_GUID* PackageGuid,
                        const EFI_HII_PACKAGE_HEADER* Package,
                        EFI_HII_HANDLE Handle,
                        EFI_HII_DATABASE_NOTIFY_TYPE NotifyType);

struct EFI_HII_DATABASE_PROTOCOL;
using EFI_HII_DATABASE_NEW_PACK =
    EFI_STATUS(EFIAPI*)(const EFI_HII_DATABASE_PROTOCOL* This,
                        const EFI_HII_PACKAGE_LIST_HEADER* PackageList,
                        EFI_HANDLE DriverHandle,
                        EFI_HII_HANDLE* Handle);
using EFI_HII_DATABASE_REMOVE_PACK = EFI_STATUS(EFIAPI*)(
    const EFI_HII_DATABASE_PROTOCOL* This, EFI_HII_HANDLE Handle);
using EFI_HII_DATABASE_UPDATE_PACK =
    EFI_STATUS(EFIAPI*)(const EFI_HII_DATABASE_PROTOCOL* This,
                        EFI_HII_HANDLE Handle,
                        const EFI_HII_PACKAGE_LIST_HEADER* PackageList);
using EFI_HII_DATABASE_LIST_PACKS =
    EFI_STATUS(EFIAPI*)(const EFI_HII_DATABASE_PROTOCOL* This,
                        UINT8 PackageType,
                        const EFI_GUID* PackageGuid,
                        UINTN* HandleBufferLength,
                        EFI_HII_HANDLE* Handle);
using EFI_HII_DATABASE_EXPORT_PACKS =
    EFI_STATUS(EFIAPI*)(const EFI_HII_DATABASE_PROTOCOL* This,
                        EFI_HII_HANDLE Handle,
                        UINTN* BufferSize,
                        EFI_HII_PACKAGE_LIST_HEADER* Buffer);
using EFI_HII_DATABASE_REGISTER_NOTIFY =
    EFI_STATUS(EFIAPI*)(const EFI_HII_DATABASE_PROTOCOL* This,
                        UINT8 PackageType,
                        const EFI_GUID* PackageGuid,
                        EFI_HII_DATABASE_NOTIFY PackageNotifyFn,
                        EFI_HII_DATABASE_NOTIFY_TYPE NotifyType,
                        EFI_HANDLE* NotifyHandle);
using EFI_HII_DATABASE_UNREGISTER_NOTIFY = EFI_STATUS(EFIAPI*)(
    const EFI_HII_DATABASE_PROTOCOL* This, EFI_HANDLE NotificationHandle);
using EFI_HII_FIND_KEYBOARD_LAYOUTS =
    EFI_STATUS(EFIAPI*)(const EFI_HII_DATABASE_PROTOCOL* This,
                        UINT16* KeyGuidBufferLength,
                        EFI_GUID* KeyGuidBuffer);
using EFI_HII_GET_KEYBOARD_LAYOUT =
    EFI_STATUS(EFIAPI*)(const EFI_HII_DATABASE_PROTOCOL* This,
                        const EFI_GUID* KeyGuid,
                        UINT16* KeyboardLayoutLength,
                        EFI_HII_KEYBOARD_LAYOUT* KeyboardLayout);
using EFI_HII_SET_KEYBOARD_LAYOUT = EFI_STATUS(EFIAPI*)(
    const EFI_HII_DATABASE_PROTOCOL* This, const EFI_GUID* KeyGuid);
using EFI_HII_DATABASE_GET_PACK_HANDLE =
    EFI_STATUS(EFIAPI*)(const EFI_HII_DATABASE_PROTOCOL* This,
                        EFI_HII_HANDLE PackageListHandle,
                        EFI_HANDLE* DriverHandle);

/// [uefi-2.10 34]
struct EFI_HII_DATABASE_PROTOCOL {
  EFI_HII_DATABASE_NEW_PACK NewPackageList;
  EFI_HII_DATABASE_REMOVE_PACK RemovePackageList;
  EFI_HII_DATABASE_UPDATE_PACK UpdatePackageList;
  EFI_HII_DATABASE_LIST_PACKS ListPackageLists;
  EFI_HII_DATABASE_EXPORT_PACKS ExportPackageLists;
  EFI_HII_DATABASE_REGISTER_NOTIFY RegisterPackageNotify;
  EFI_HII_DATABASE_UNREGISTER_NOTIFY UnregisterPackageNotify;
  EFI_HII_FIND_KEYBOARD_LAYOUTS FindKeyboardLayouts;
  EFI_HII_GET_KEYBOARD_LAYOUT GetKeyboardLayout;
  EFI_HII_SET_KEYBOARD_LAYOUT SetKeyboardLayout;
  EFI_HII_DATABASE_GET_PACK_HANDLE GetPackageListHandle;
};
static_assert(sizeof(EFI_HII_DATABASE_PROTOCOL) == 88);

}  // namespace flint::efi::abi
