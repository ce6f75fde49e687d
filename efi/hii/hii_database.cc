// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/hii_database.h"

#include <algorithm>
#include <cstring>

#include "efi/abi/protocol/device_path.h"
#include "efi/device_path/device_path.h"
#include "efi/hii/package_view.h"

namespace flint::efi {
namespace {

using abi::EFI_GUID;
using abi::EFI_HANDLE;
using abi::EFI_HII_DATABASE_NOTIFY;
using abi::EFI_HII_DATABASE_NOTIFY_TYPE;
using abi::EFI_HII_HANDLE;
using abi::EFI_HII_PACKAGE_HEADER;
using abi::EFI_HII_PACKAGE_LIST_HEADER;
using abi::EFI_STATUS;
using abi::UINT16;
using abi::UINTN;
using abi::VOID;
using hii::KeyboardLayout;
using hii::Package;
using hii::PackageKey;
using hii::PackageList;
using hii::PackageView;

/// Calls `visit(Package&)` for each package until it returns true. Returns
/// whether it did.
template <typename Visitor>
bool AnyPackage(const IntrusiveList<Package>& packages, Visitor visit) {
  for (Package* package = packages.front(); package != nullptr;
       package = packages.Next(*package)) {
    if (visit(*package)) return true;
  }
  return false;
}

/// A package of our own, all of which `PackageView` accepts.
std::optional<Guid> GuidOf(const Package& package) {
  const auto view = PackageView::Parse(package.bytes);
  return view ? view->guid() : std::nullopt;
}

bool HasType(const Package& package, uint8_t type, const EFI_GUID* guid) {
  if (package.type != type) return false;
  return guid == nullptr || GuidOf(package) == *guid;
}

/// A GUID goes with the type for GUIDs, and with no other.
bool IsTypeGood(uint8_t type, const EFI_GUID* guid) {
  return (type == abi::EFI_HII_PACKAGE_TYPE_GUID) == (guid != nullptr);
}

EFI_STATUS StatusOf(const Error& error) {
  return error.code() == ErrorCode::kNoMemory ? abi::EFI_OUT_OF_RESOURCES
                                              : abi::EFI_INVALID_PARAMETER;
}

/// How long a list is when it is exported.
uint64_t ExportSize(const PackageList& list) {
  uint64_t size =
      sizeof(EFI_HII_PACKAGE_LIST_HEADER) + sizeof(EFI_HII_PACKAGE_HEADER);
  AnyPackage(list.packages, [&size](const Package& package) {
    size += package.bytes.size();
    return false;
  });
  return size;
}

/// Writes the list; returns what is behind it.
std::byte* ExportTo(std::byte* out, const PackageList& list) {
  const auto put = [&out](Bytes bytes) {
    std::memcpy(out, bytes.data(), bytes.size());
    out += bytes.size();
  };
  put(AsBytes(EFI_HII_PACKAGE_LIST_HEADER{
      .PackageListGuid = list.guid,
      .PackageLength = static_cast<uint32_t>(ExportSize(list))}));
  AnyPackage(list.packages, [&put](const Package& package) {
    put(package.bytes);
    return false;
  });
  put(AsBytes(hii::PackageHeader(abi::EFI_HII_PACKAGE_END,
                                 sizeof(EFI_HII_PACKAGE_HEADER))));
  return out;
}

}  // namespace

EFI_STATUS HiiDatabase::New(const EFI_HII_PACKAGE_LIST_HEADER* list,
                            EFI_HANDLE driver,
                            EFI_HII_HANDLE* handle) {
  if (handle == nullptr) return abi::EFI_INVALID_PARAMETER;
  const auto packages = hii::PackagesAt(list);
  if (!packages) return StatusOf(packages.error());
  PackageList* const added = store_.NewList(list->PackageListGuid, driver);
  if (added == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  if (!store_.AppendAll(added->packages, *packages) ||
      !AppendDevicePath(*added)) {
    store_.Delete(*added);
    return abi::EFI_OUT_OF_RESOURCES;
  }
  const EFI_HII_HANDLE new_handle = added;
  *handle = new_handle;
  NotifyAll(new_handle, abi::EFI_HII_DATABASE_NOTIFY_NEW_PACK);
  return abi::EFI_SUCCESS;
}

bool HiiDatabase::AppendDevicePath(PackageList& list) {
  const auto path = DevicePath::At(
      static_cast<const abi::EFI_DEVICE_PATH_PROTOCOL*>(handles_.FindInterface(
          list.driver, abi::EFI_DEVICE_PATH_PROTOCOL_GUID)));
  if (!path) return true;
  const size_t size = sizeof(EFI_HII_PACKAGE_HEADER) + path->size_bytes();
  VOID* const buffer = pool_.Allocate(size);
  if (buffer == nullptr) return false;
  const MutableBytes bytes(static_cast<std::byte*>(buffer), size);
  std::memcpy(bytes.data() + sizeof(EFI_HII_PACKAGE_HEADER),
              path->bytes().data(),
              path->size_bytes());
  static_cast<void>(WriteWire(
      bytes, 0, hii::PackageHeader(abi::EFI_HII_PACKAGE_DEVICE_PATH, size)));
  const auto package = PackageView::Parse(bytes);
  const bool is_good = package && store_.Append(list.packages, *package);
  static_cast<void>(pool_.FreePool(buffer));
  return is_good;
}

EFI_STATUS HiiDatabase::Remove(EFI_HII_HANDLE handle) {
  if (store_.Find(handle) == nullptr) return abi::EFI_NOT_FOUND;
  NotifyAll(handle, abi::EFI_HII_DATABASE_NOTIFY_REMOVE_PACK);
  if (PackageList* const list = store_.Find(handle)) store_.Delete(*list);
  return abi::EFI_SUCCESS;
}

EFI_STATUS HiiDatabase::Update(EFI_HII_HANDLE handle,
                               const EFI_HII_PACKAGE_LIST_HEADER* list) {
  const auto packages = hii::PackagesAt(list);
  if (!packages) return StatusOf(packages.error());
  if (store_.Find(handle) == nullptr) return abi::EFI_NOT_FOUND;
  IntrusiveList<Package> added;
  if (!store_.AppendAll(added, *packages)) return abi::EFI_OUT_OF_RESOURCES;

  RemoveTypesOf(handle, added);
  PackageList* const updated = store_.Find(handle);
  if (updated == nullptr) {
    store_.DeleteAll(added);
    return abi::EFI_NOT_FOUND;
  }
  if (added.empty()) return abi::EFI_SUCCESS;
  const uint64_t first = added.front()->serial;
  const uint64_t last = added.back()->serial;
  hii::PackageStore::Move(added, updated->packages);
  for (uint64_t serial = first; serial <= last; ++serial) {
    Notify({handle, serial}, abi::EFI_HII_DATABASE_NOTIFY_ADD_PACK);
  }
  return abi::EFI_SUCCESS;
}

void HiiDatabase::RemoveTypesOf(EFI_HII_HANDLE handle,
                                const IntrusiveList<Package>& replacements) {
  if (replacements.empty()) return;
  const uint64_t end = replacements.front()->serial;
  PackageKey key{.list = handle};
  while (const Package* const package = store_.NextAfter(key)) {
    if (package->serial >= end) break;
    key.serial = package->serial;
    const bool is_replaced =
        AnyPackage(replacements, [package](const Package& replacement) {
          return replacement.type == package->type &&
                 GuidOf(replacement) == GuidOf(*package);
        });
    if (!is_replaced) continue;
    Notify(key, abi::EFI_HII_DATABASE_NOTIFY_REMOVE_PACK);
    if (Package* const gone = store_.Find(key)) store_.Delete(*gone);
  }
}

EFI_STATUS HiiDatabase::List(uint8_t type,
                             const EFI_GUID* guid,
                             UINTN* size_bytes,
                             EFI_HII_HANDLE* handles) {
  if (size_bytes == nullptr || (*size_bytes != 0 && handles == nullptr) ||
      !IsTypeGood(type, guid)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const UINTN room = *size_bytes / sizeof(EFI_HII_HANDLE);
  UINTN count = 0;
  for (PackageList* list = store_.lists().front(); list != nullptr;
       list = store_.lists().Next(*list)) {
    const bool matches =
        type == abi::EFI_HII_PACKAGE_TYPE_ALL ||
        AnyPackage(list->packages, [type, guid](const Package& package) {
          return HasType(package, type, guid);
        });
    if (!matches) continue;
    if (count < room) handles[count] = list;
    ++count;
  }
  *size_bytes = count * sizeof(EFI_HII_HANDLE);
  if (count == 0) return abi::EFI_NOT_FOUND;
  return count > room ? abi::EFI_BUFFER_TOO_SMALL : abi::EFI_SUCCESS;
}

EFI_STATUS HiiDatabase::Export(EFI_HII_HANDLE handle,
                               UINTN* size_bytes,
                               VOID* buffer) {
  if (size_bytes == nullptr || (*size_bytes != 0 && buffer == nullptr)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  // Who is told may change what is exported.
  PackageList* list = store_.lists().front();
  if (handle != nullptr) {
    NotifyAll(handle, abi::EFI_HII_DATABASE_NOTIFY_EXPORT_PACK);
  } else {
    while (list != nullptr) {
      NotifyAll(list, abi::EFI_HII_DATABASE_NOTIFY_EXPORT_PACK);
      // Gone, perhaps, and then no one can tell what was behind it.
      list = store_.Find(list);
      if (list != nullptr) list = store_.lists().Next(*list);
    }
  }

  uint64_t size = 0;
  bool is_possible = true;
  const auto is_wanted = [handle](const PackageList& candidate) {
    return handle == nullptr || handle == &candidate;
  };
  for (list = store_.lists().front(); list != nullptr;
       list = store_.lists().Next(*list)) {
    if (!is_wanted(*list)) continue;
    is_possible = is_possible && ExportSize(*list) <= UINT32_MAX;
    size += ExportSize(*list);
  }
  if (size == 0) return abi::EFI_NOT_FOUND;
  if (!is_possible) return abi::EFI_OUT_OF_RESOURCES;
  const UINTN room = *size_bytes;
  *size_bytes = size;
  if (room < size) return abi::EFI_BUFFER_TOO_SMALL;
  auto* out = static_cast<std::byte*>(buffer);
  for (list = store_.lists().front(); list != nullptr;
       list = store_.lists().Next(*list)) {
    if (is_wanted(*list)) out = ExportTo(out, *list);
  }
  return abi::EFI_SUCCESS;
}

EFI_STATUS HiiDatabase::DriverOf(EFI_HII_HANDLE handle, EFI_HANDLE* driver) {
  const PackageList* const list = store_.Find(handle);
  if (list == nullptr || driver == nullptr) return abi::EFI_INVALID_PARAMETER;
  *driver = list->driver;
  return abi::EFI_SUCCESS;
}

EFI_STATUS HiiDatabase::Register(uint8_t type,
                                 const EFI_GUID* guid,
                                 EFI_HII_DATABASE_NOTIFY function,
                                 EFI_HII_DATABASE_NOTIFY_TYPE kinds,
                                 EFI_HANDLE* registration) {
  if (registration == nullptr || function == nullptr ||
      !IsTypeGood(type, guid)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  Registration* const added = registration_pool_.New();
  if (added == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  added->serial = ++last_registration_;
  added->type = type;
  if (guid != nullptr) added->guid = *guid;
  added->function = function;
  added->kinds = kinds;
  registrations_.push_back(*added);
  *registration = added;
  return abi::EFI_SUCCESS;
}

EFI_STATUS HiiDatabase::Unregister(EFI_HANDLE registration) {
  Registration* const found = registration_pool_.Find(registration);
  if (found == nullptr) return abi::EFI_NOT_FOUND;
  IntrusiveList<Registration>::Remove(*found);
  registration_pool_.Delete(*found);
  return abi::EFI_SUCCESS;
}

void HiiDatabase::NotifyAll(EFI_HII_HANDLE list,
                            EFI_HII_DATABASE_NOTIFY_TYPE kind) {
  PackageKey key{.list = list};
  while (const Package* const package = store_.NextAfter(key)) {
    key.serial = package->serial;
    Notify(key, kind);
  }
}

void HiiDatabase::Notify(const PackageKey& key,
                         EFI_HII_DATABASE_NOTIFY_TYPE kind) {
  const uint64_t last = last_registration_;
  uint64_t after = 0;
  while (const Package* const package = store_.Find(key)) {
    const Registration* const next =
        NextRegistration(after, last, *package, kind);
    if (next == nullptr) return;
    after = next->serial;
    const auto guid = GuidOf(*package);
    VOID* const bytes = package->bytes.data();
    static_cast<void>(
        next->function(package->type,
                       guid ? &*guid : nullptr,
                       static_cast<const EFI_HII_PACKAGE_HEADER*>(bytes),
                       key.list,
                       kind));
  }
}

const HiiDatabase::Registration* HiiDatabase::NextRegistration(
    uint64_t after,
    uint64_t last,
    const Package& package,
    EFI_HII_DATABASE_NOTIFY_TYPE kind) {
  const Registration* next = registrations_.front();
  while (next != nullptr &&
         (next->serial <= after || (next->kinds & kind) == 0 ||
          next->type != package.type || next->guid != GuidOf(package))) {
    next = registrations_.Next(*next);
  }
  // Who registers meanwhile is told of what comes later.
  return next != nullptr && next->serial <= last ? next : nullptr;
}

EFI_STATUS HiiDatabase::Put(PackageList& list,
                            Package* package,
                            Bytes contents) {
  const auto view = PackageView::Parse(contents);
  if (!view) return abi::EFI_OUT_OF_RESOURCES;
  if (package != nullptr) {
    return store_.Replace(*package, *view) ? abi::EFI_SUCCESS
                                           : abi::EFI_OUT_OF_RESOURCES;
  }
  if (!store_.Append(list.packages, *view)) return abi::EFI_OUT_OF_RESOURCES;
  Notify({&list, list.packages.back()->serial},
         abi::EFI_HII_DATABASE_NOTIFY_ADD_PACK);
  return abi::EFI_SUCCESS;
}

}  // namespace flint::efi
