// SPDX-License-Identifier: Apache-2.0
//
// The functions that images call: each finds the object and forwards.

#include "efi/hii/hii_database.h"

namespace flint::efi {
namespace {

using abi::EFI_GUID;
using abi::EFI_HANDLE;
using abi::EFI_HII_DATABASE_NOTIFY;
using abi::EFI_HII_DATABASE_NOTIFY_TYPE;
using abi::EFI_HII_DATABASE_PROTOCOL;
using abi::EFI_HII_HANDLE;
using abi::EFI_HII_KEYBOARD_LAYOUT;
using abi::EFI_HII_PACKAGE_LIST_HEADER;
using abi::EFI_STATUS;
using abi::UINT16;
using abi::UINT8;
using abi::UINTN;

HiiDatabase& From(const EFI_HII_DATABASE_PROTOCOL* self) {
  // SAFETY: ours to change; only images see it as constant.
  return static_cast<HiiDatabase&>(
      *const_cast<EFI_HII_DATABASE_PROTOCOL*>(self));
}

EFI_STATUS EFIAPI NewPackageList(const EFI_HII_DATABASE_PROTOCOL* self,
                                 const EFI_HII_PACKAGE_LIST_HEADER* list,
                                 EFI_HANDLE driver,
                                 EFI_HII_HANDLE* handle) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).New(list, driver, handle);
}

EFI_STATUS EFIAPI RemovePackageList(const EFI_HII_DATABASE_PROTOCOL* self,
                                    EFI_HII_HANDLE handle) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).Remove(handle);
}

EFI_STATUS EFIAPI UpdatePackageList(const EFI_HII_DATABASE_PROTOCOL* self,
                                    EFI_HII_HANDLE handle,
                                    const EFI_HII_PACKAGE_LIST_HEADER* list) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).Update(handle, list);
}

EFI_STATUS EFIAPI ListPackageLists(const EFI_HII_DATABASE_PROTOCOL* self,
                                   UINT8 type,
                                   const EFI_GUID* guid,
                                   UINTN* size_bytes,
                                   EFI_HII_HANDLE* handles) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).List(type, guid, size_bytes, handles);
}

EFI_STATUS EFIAPI ExportPackageLists(const EFI_HII_DATABASE_PROTOCOL* self,
                                     EFI_HII_HANDLE handle,
                                     UINTN* size_bytes,
                                     EFI_HII_PACKAGE_LIST_HEADER* buffer) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).Export(handle, size_bytes, buffer);
}

EFI_STATUS EFIAPI RegisterPackageNotify(const EFI_HII_DATABASE_PROTOCOL* self,
                                        UINT8 type,
                                        const EFI_GUID* guid,
                                        EFI_HII_DATABASE_NOTIFY function,
                                        EFI_HII_DATABASE_NOTIFY_TYPE kinds,
                                        EFI_HANDLE* registration) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).Register(type, guid, function, kinds, registration);
}

EFI_STATUS EFIAPI UnregisterPackageNotify(const EFI_HII_DATABASE_PROTOCOL* self,
                                          EFI_HANDLE registration) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).Unregister(registration);
}

EFI_STATUS EFIAPI FindKeyboardLayouts(const EFI_HII_DATABASE_PROTOCOL* self,
                                      UINT16* size_bytes,
                                      EFI_GUID* guids) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).FindLayouts(size_bytes, guids);
}

EFI_STATUS EFIAPI GetKeyboardLayout(const EFI_HII_DATABASE_PROTOCOL* self,
                                    const EFI_GUID* guid,
                                    UINT16* size_bytes,
                                    EFI_HII_KEYBOARD_LAYOUT* layout) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).GetLayout(guid, size_bytes, layout);
}

EFI_STATUS EFIAPI SetKeyboardLayout(const EFI_HII_DATABASE_PROTOCOL* self,
                                    const EFI_GUID* guid) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).SetLayout(guid);
}

EFI_STATUS EFIAPI GetPackageListHandle(const EFI_HII_DATABASE_PROTOCOL* self,
                                       EFI_HII_HANDLE handle,
                                       EFI_HANDLE* driver) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).DriverOf(handle, driver);
}

}  // namespace

HiiDatabase::HiiDatabase(const HiiDatabaseParts& parts)
    : EFI_HII_DATABASE_PROTOCOL{.NewPackageList = efi::NewPackageList,
                                .RemovePackageList = efi::RemovePackageList,
                                .UpdatePackageList = efi::UpdatePackageList,
                                .ListPackageLists = efi::ListPackageLists,
                                .ExportPackageLists = efi::ExportPackageLists,
                                .RegisterPackageNotify =
                                    efi::RegisterPackageNotify,
                                .UnregisterPackageNotify =
                                    efi::UnregisterPackageNotify,
                                .FindKeyboardLayouts = efi::FindKeyboardLayouts,
                                .GetKeyboardLayout = efi::GetKeyboardLayout,
                                .SetKeyboardLayout = efi::SetKeyboardLayout,
                                .GetPackageListHandle =
                                    efi::GetPackageListHandle},
      pool_(parts.pool),
      handles_(parts.handles),
      events_(parts.events),
      store_(parts.pages, parts.pool),
      registration_pool_(parts.pages) {}

}  // namespace flint::efi
