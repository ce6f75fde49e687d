// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "efi/abi/protocol/driver_binding.h"
#include "efi/abi/types.h"
#include "efi/handles/handle_database.h"
#include "efi/memory/pool_array.h"

namespace flint::efi {

/// The handles with a driver binding, in the order in which ConnectController
/// asks them: [uefi-2.10 7.3.12]
///
/// 1. those the caller names, 2. those the platform prefers for the controller,
/// 3. driver families by their version, 4. those the controller's bus prefers,
/// 5. all others by the version of their binding.
class DriverOrder final {
 public:
  /// `drivers` are all handles with a driver binding.
  DriverOrder(HandleDatabase& database,
              PoolServices& pool,
              std::span<const abi::EFI_HANDLE> drivers)
      : database_(database), drivers_(drivers), order_(pool, drivers.size()) {}

  bool valid() const { return order_.valid(); }

  /// Makes the order. `named` ends with null; it may be null itself.
  void Build(abi::EFI_HANDLE controller, const abi::EFI_HANDLE* named);

  std::span<abi::EFI_HANDLE> handles() { return order_.items(); }

  /// The binding on a driver's handle, or null if it is gone.
  static abi::EFI_DRIVER_BINDING_PROTOCOL* BindingOf(HandleDatabase& database,
                                                     abi::EFI_HANDLE driver);

 private:
  void Add(abi::EFI_HANDLE driver);
  void AddImage(abi::EFI_HANDLE image);
  void AddPlatformChoice(abi::EFI_HANDLE controller);
  void AddBusChoice(abi::EFI_HANDLE controller);
  template <typename VersionOf>
  void AddByVersion(VersionOf version_of);

  HandleDatabase& database_;
  std::span<const abi::EFI_HANDLE> drivers_;
  PoolArray<abi::EFI_HANDLE> order_;
};

}  // namespace flint::efi
