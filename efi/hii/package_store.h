// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "efi/abi/protocol/hii_package.h"
#include "efi/abi/types.h"
#include "efi/containers/intrusive_list.h"
#include "efi/containers/object_pool.h"
#include "efi/hii/package_view.h"
#include "efi/memory/pool_services.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guid.h"

namespace flint::efi::hii {

/// A package of a list; the bytes are the store's.
struct Package final : ListNode<Package> {
  /// No two have the same, and later ones have larger ones.
  uint64_t serial = 0;
  uint8_t type = 0;
  MutableBytes bytes;
};

/// A package list; its address is its EFI_HII_HANDLE.
struct PackageList final : ListNode<PackageList> {
  Guid guid;
  abi::EFI_HANDLE driver = nullptr;
  IntrusiveList<Package> packages;
};

/// Names a package without pointing at it: for when images run in between, who
/// may remove it.
struct PackageKey {
  abi::EFI_HII_HANDLE list = nullptr;
  uint64_t serial = 0;
};

/// The packages themselves, in pool memory.
class PackageStore final {
 public:
  PackageStore(PageSource& pages, PoolServices& pool)
      : pool_(pool), list_pool_(pages), package_pool_(pages) {}
  PackageStore(const PackageStore&) = delete;
  PackageStore& operator=(const PackageStore&) = delete;

  const IntrusiveList<PackageList>& lists() const { return lists_; }

  /// Null if there is none.
  PackageList* Find(abi::EFI_HII_HANDLE handle) {
    return list_pool_.Find(handle);
  }
  Package* Find(const PackageKey& key);

  /// The package of the list with the next serial; null if there is none.
  Package* NextAfter(const PackageKey& key);

  /// An empty list, or null if there is no memory.
  PackageList* NewList(const Guid& guid, abi::EFI_HANDLE driver);
  void Delete(PackageList& list);

  /// Appends a copy of the package. False: no memory, and nothing changed.
  bool Append(IntrusiveList<Package>& packages, const PackageView& package);

  /// Appends copies of all packages of a checked list, or none.
  bool AppendAll(IntrusiveList<Package>& packages, Bytes checked);

  /// Moves all packages to the end of `to`.
  static void Move(IntrusiveList<Package>& from, IntrusiveList<Package>& to);

  /// Puts `package` in the place of another's bytes. False as above.
  bool Replace(Package& package, const PackageView& contents);

  void Delete(Package& package);
  void DeleteAll(IntrusiveList<Package>& packages);

 private:
  /// Empty if there is no memory.
  MutableBytes Copy(Bytes bytes);
  void Free(MutableBytes bytes);

  PoolServices& pool_;
  ObjectPool<PackageList> list_pool_;
  ObjectPool<Package> package_pool_;
  IntrusiveList<PackageList> lists_;
  uint64_t last_serial_ = 0;
};

}  // namespace flint::efi::hii
