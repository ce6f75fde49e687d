// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/status.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// What LoadImage returns for an image that cannot be loaded: format errors are
/// EFI_LOAD_ERROR. [uefi-2.10 7.4.1]
constexpr abi::EFI_STATUS StatusOf(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kUnsupported:
      return abi::EFI_UNSUPPORTED;
    case ErrorCode::kNoMemory:
      return abi::EFI_OUT_OF_RESOURCES;
    case ErrorCode::kInvalidArgument:
      return abi::EFI_INVALID_PARAMETER;
    case ErrorCode::kNotFound:
      return abi::EFI_NOT_FOUND;
    case ErrorCode::kDeviceError:
    case ErrorCode::kTimedOut:
    case ErrorCode::kReadOnly:
      return abi::EFI_DEVICE_ERROR;
    case ErrorCode::kTruncated:
    case ErrorCode::kCorrupt:
    case ErrorCode::kOutOfRange:
      return abi::EFI_LOAD_ERROR;
  }
  return abi::EFI_LOAD_ERROR;
}

}  // namespace flint::efi
