// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/runtime_services.h"
#include "efi/abi/types.h"

namespace flint::efi {

/// Is told that an image resets the machine, while boot services run.
class ResetListener {
 public:
  virtual ~ResetListener() = default;
  virtual void OnReset(abi::EFI_RESET_TYPE type,
                       abi::EFI_STATUS status,
                       abi::UINTN data_size,
                       abi::VOID* data) = 0;
};

}  // namespace flint::efi
