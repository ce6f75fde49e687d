// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "efi/abi/protocol/driver_binding.h"
#include "efi/abi/status.h"
#include "efi/handles/handle_database.h"
#include "efi/memory/pool_array.h"

namespace flint::efi {

/// The UEFI driver model: finds drivers for controllers, and stops them.
/// [uefi-2.10 7.3.12, 7.3.13]
///
/// Drivers are images' code and may change anything while they run: handles are
/// checked again after every call.
class ControllerServices final : public ControllerConnector {
 public:
  ControllerServices(HandleDatabase& database, PoolServices& pool)
      : database_(database), pool_(pool) {
    database.set_connector(*this);
  }
  ControllerServices(const ControllerServices&) = delete;
  ControllerServices& operator=(const ControllerServices&) = delete;

  abi::EFI_STATUS ConnectController(
      abi::EFI_HANDLE controller,
      abi::EFI_HANDLE* driver_image,
      abi::EFI_DEVICE_PATH_PROTOCOL* remaining_path,
      abi::BOOLEAN recursive) override;
  abi::EFI_STATUS DisconnectController(abi::EFI_HANDLE controller,
                                       abi::EFI_HANDLE driver_image,
                                       abi::EFI_HANDLE child) override;

 private:
  enum class StopResult : uint8_t { kStopped, kNotConcerned, kFailed };

  abi::EFI_STATUS Connect(abi::EFI_HANDLE controller,
                          const abi::EFI_HANDLE* named,
                          abi::EFI_DEVICE_PATH_PROTOCOL* remaining_path,
                          bool recursive,
                          int depth);
  abi::EFI_STATUS ConnectOne(abi::EFI_HANDLE controller,
                             const abi::EFI_HANDLE* named,
                             abi::EFI_DEVICE_PATH_PROTOCOL* remaining_path);
  bool StartDrivers(std::span<abi::EFI_HANDLE> drivers,
                    abi::EFI_HANDLE controller,
                    abi::EFI_DEVICE_PATH_PROTOCOL* remaining_path);
  void ConnectChildren(abi::EFI_HANDLE controller, int depth);
  StopResult Stop(abi::EFI_HANDLE driver,
                  abi::EFI_HANDLE controller,
                  abi::EFI_HANDLE child);
  size_t CountUses(abi::EFI_HANDLE controller);

  HandleDatabase& database_;
  PoolServices& pool_;
};

}  // namespace flint::efi
