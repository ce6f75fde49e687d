// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/device_path.h"
#include "efi/abi/protocol/device_path_utilities.h"
#include "efi/memory/pool_services.h"

namespace flint::efi {

/// The device path protocols that belong to no device: utilities, to text and
/// from text. Whoever owns the environment installs the three interfaces on a
/// handle. What they return is a pool buffer, the caller's to free.
///
/// The specification gives these functions no `This`, so that at most one
/// object can exist at a time. [uefi-2.10 10.5, 10.6]
class DevicePathProtocols final {
 public:
  explicit DevicePathProtocols(PoolServices& pool);
  DevicePathProtocols(const DevicePathProtocols&) = delete;
  DevicePathProtocols& operator=(const DevicePathProtocols&) = delete;
  ~DevicePathProtocols();

  abi::EFI_DEVICE_PATH_UTILITIES_PROTOCOL* utilities() { return &utilities_; }
  abi::EFI_DEVICE_PATH_TO_TEXT_PROTOCOL* to_text() { return &to_text_; }
  abi::EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL* from_text() { return &from_text_; }

 private:
  abi::EFI_DEVICE_PATH_UTILITIES_PROTOCOL utilities_;
  abi::EFI_DEVICE_PATH_TO_TEXT_PROTOCOL to_text_;
  abi::EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL from_text_;
};

}  // namespace flint::efi
