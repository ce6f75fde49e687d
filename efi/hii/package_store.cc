// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/package_store.h"

#include <cstring>

#include "efi/abi/status.h"

namespace flint::efi::hii {

Package* PackageStore::Find(const PackageKey& key) {
  Package* const next = NextAfter({key.list, key.serial - 1});
  return next != nullptr && next->serial == key.serial ? next : nullptr;
}

Package* PackageStore::NextAfter(const PackageKey& key) {
  const PackageList* const list = Find(key.list);
  if (list == nullptr) return nullptr;
  Package* next = nullptr;
  for (Package* package = list->packages.front(); package != nullptr;
       package = list->packages.Next(*package)) {
    const bool is_nearer = next == nullptr || package->serial < next->serial;
    if (package->serial > key.serial && is_nearer) next = package;
  }
  return next;
}

PackageList* PackageStore::NewList(const Guid& guid, abi::EFI_HANDLE driver) {
  PackageList* const list = list_pool_.New();
  if (list == nullptr) return nullptr;
  list->guid = guid;
  list->driver = driver;
  lists_.push_back(*list);
  return list;
}

void PackageStore::Delete(PackageList& list) {
  DeleteAll(list.packages);
  IntrusiveList<PackageList>::Remove(list);
  list_pool_.Delete(list);
}

bool PackageStore::Append(IntrusiveList<Package>& packages,
                          const PackageView& package) {
  const MutableBytes bytes = Copy(package.bytes());
  if (bytes.empty()) return false;
  Package* const added = package_pool_.New();
  if (added == nullptr) {
    Free(bytes);
    return false;
  }
  added->serial = ++last_serial_;
  added->type = package.type();
  added->bytes = bytes;
  packages.push_back(*added);
  return true;
}

bool PackageStore::AppendAll(IntrusiveList<Package>& packages, Bytes checked) {
  IntrusiveList<Package> added;
  PackageReader reader(checked);
  for (auto package = reader.Next(); package && *package;
       package = reader.Next()) {
    if (!Append(added, **package)) {
      DeleteAll(added);
      return false;
    }
  }
  Move(added, packages);
  return true;
}

void PackageStore::Move(IntrusiveList<Package>& from,
                        IntrusiveList<Package>& to) {
  while (Package* const package = from.front()) {
    IntrusiveList<Package>::Remove(*package);
    to.push_back(*package);
  }
}

bool PackageStore::Replace(Package& package, const PackageView& contents) {
  const MutableBytes bytes = Copy(contents.bytes());
  if (bytes.empty()) return false;
  Free(package.bytes);
  package.bytes = bytes;
  return true;
}

void PackageStore::Delete(Package& package) {
  IntrusiveList<Package>::Remove(package);
  Free(package.bytes);
  package_pool_.Delete(package);
}

void PackageStore::DeleteAll(IntrusiveList<Package>& packages) {
  while (Package* const package = packages.front()) Delete(*package);
}

MutableBytes PackageStore::Copy(Bytes bytes) {
  abi::VOID* const copy = pool_.Allocate(bytes.size());
  if (copy == nullptr) return {};
  std::memcpy(copy, bytes.data(), bytes.size());
  return {static_cast<std::byte*>(copy), bytes.size()};
}

void PackageStore::Free(MutableBytes bytes) {
  static_cast<void>(pool_.FreePool(bytes.data()));
}

}  // namespace flint::efi::hii
