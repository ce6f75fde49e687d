// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "efi/abi/protocol/hii_database.h"
#include "efi/abi/status.h"
#include "efi/containers/intrusive_list.h"
#include "efi/containers/object_pool.h"
#include "efi/events/event_services.h"
#include "efi/handles/handle_database.h"
#include "efi/hii/keyboard_layouts.h"
#include "efi/hii/package_store.h"
#include "efi/memory/pool_services.h"
#include "platforms/base/guid.h"

namespace flint::efi {

/// What the database works with. All of it must outlive the database.
struct HiiDatabaseParts {
  PageSource& pages;
  PoolServices& pool;
  HandleDatabase& handles;
  EventServices& events;
};

/// EFI_HII_DATABASE_PROTOCOL: package lists, and who wants to know of them.
/// [uefi-2.10 34]
///
/// Notification functions are images' code and may do anything to the database,
/// which is in order whenever one is called, and looked at anew afterwards.
class HiiDatabase final : public abi::EFI_HII_DATABASE_PROTOCOL {
 public:
  explicit HiiDatabase(const HiiDatabaseParts& parts);
  HiiDatabase(const HiiDatabase&) = delete;
  HiiDatabase& operator=(const HiiDatabase&) = delete;

  // Package lists.
  abi::EFI_STATUS New(const abi::EFI_HII_PACKAGE_LIST_HEADER* list,
                      abi::EFI_HANDLE driver,
                      abi::EFI_HII_HANDLE* handle);
  abi::EFI_STATUS Remove(abi::EFI_HII_HANDLE handle);
  abi::EFI_STATUS Update(abi::EFI_HII_HANDLE handle,
                         const abi::EFI_HII_PACKAGE_LIST_HEADER* list);
  abi::EFI_STATUS List(uint8_t type,
                       const abi::EFI_GUID* guid,
                       abi::UINTN* size_bytes,
                       abi::EFI_HII_HANDLE* handles);
  abi::EFI_STATUS Export(abi::EFI_HII_HANDLE handle,
                         abi::UINTN* size_bytes,
                         abi::VOID* buffer);
  abi::EFI_STATUS DriverOf(abi::EFI_HII_HANDLE handle, abi::EFI_HANDLE* driver);

  // Notifications.
  abi::EFI_STATUS Register(uint8_t type,
                           const abi::EFI_GUID* guid,
                           abi::EFI_HII_DATABASE_NOTIFY function,
                           abi::EFI_HII_DATABASE_NOTIFY_TYPE kinds,
                           abi::EFI_HANDLE* registration);
  abi::EFI_STATUS Unregister(abi::EFI_HANDLE registration);

  // Keyboard layouts.
  abi::EFI_STATUS FindLayouts(abi::UINT16* size_bytes, abi::EFI_GUID* guids);
  abi::EFI_STATUS GetLayout(const abi::EFI_GUID* guid,
                            abi::UINT16* size_bytes,
                            abi::VOID* layout);
  abi::EFI_STATUS SetLayout(const abi::EFI_GUID* guid);

  /// For the services that read packages.
  hii::PackageStore& store() { return store_; }

  /// Stores a package for such a service: in the place of `package`, or as a
  /// new one, of which others are told. EFI_OUT_OF_RESOURCES: nothing changed.
  abi::EFI_STATUS Put(hii::PackageList& list,
                      hii::Package* package,
                      Bytes contents);

 private:
  /// Someone who wants to know.
  struct Registration final : ListNode<Registration> {
    uint64_t serial = 0;
    uint8_t type = 0;
    std::optional<Guid> guid;
    abi::EFI_HII_DATABASE_NOTIFY function = nullptr;
    abi::EFI_HII_DATABASE_NOTIFY_TYPE kinds = 0;
  };

  /// Tells of one package, or of all of a list.
  void Notify(const hii::PackageKey& key,
              abi::EFI_HII_DATABASE_NOTIFY_TYPE kind);
  void NotifyAll(abi::EFI_HII_HANDLE list,
                 abi::EFI_HII_DATABASE_NOTIFY_TYPE kind);
  const Registration* NextRegistration(uint64_t after,
                                       uint64_t last,
                                       const hii::Package& package,
                                       abi::EFI_HII_DATABASE_NOTIFY_TYPE kind);

  bool AppendDevicePath(hii::PackageList& list);
  void RemoveTypesOf(abi::EFI_HII_HANDLE handle,
                     const IntrusiveList<hii::Package>& replacements);
  std::optional<hii::KeyboardLayout> FindLayout(const Guid& guid);

  PoolServices& pool_;
  HandleDatabase& handles_;
  EventServices& events_;
  hii::PackageStore store_;
  ObjectPool<Registration> registration_pool_;
  IntrusiveList<Registration> registrations_;
  uint64_t last_registration_ = 0;
  std::optional<Guid> current_layout_;
};

}  // namespace flint::efi
