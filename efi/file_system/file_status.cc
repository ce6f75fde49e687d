// SPDX-License-Identifier: Apache-2.0
#include "efi/file_system/file_status.h"

namespace flint::efi {

abi::EFI_STATUS ReadStatus(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kTruncated:
    case ErrorCode::kCorrupt:
    case ErrorCode::kOutOfRange:
      return abi::EFI_VOLUME_CORRUPTED;
    case ErrorCode::kUnsupported:
      return abi::EFI_UNSUPPORTED;
    case ErrorCode::kNotFound:
      return abi::EFI_NOT_FOUND;
    case ErrorCode::kInvalidArgument:
      return abi::EFI_INVALID_PARAMETER;
    case ErrorCode::kDeviceError:
    case ErrorCode::kTimedOut:
      return abi::EFI_DEVICE_ERROR;
    case ErrorCode::kNoMemory:
      return abi::EFI_OUT_OF_RESOURCES;
    case ErrorCode::kReadOnly:
      return abi::EFI_WRITE_PROTECTED;
  }
  return abi::EFI_DEVICE_ERROR;
}

abi::EFI_STATUS WriteStatus(const Error& error) {
  // No room for it, or longer than a file can be.
  if (error.code() == ErrorCode::kNoMemory ||
      error.code() == ErrorCode::kOutOfRange) {
    return abi::EFI_VOLUME_FULL;
  }
  return ReadStatus(error);
}

}  // namespace flint::efi
