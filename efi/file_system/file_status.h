// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/status.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// What the file protocol answers when a file system fails to look something up
/// or to read it.
abi::EFI_STATUS ReadStatus(const Error& error);

/// The same for what changes the file system.
abi::EFI_STATUS WriteStatus(const Error& error);

inline abi::EFI_STATUS WriteStatus(const Status& result) {
  return result ? abi::EFI_SUCCESS : WriteStatus(result.error());
}

}  // namespace flint::efi
