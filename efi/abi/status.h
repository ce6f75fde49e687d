// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"

namespace flint::efi::abi {

/// Set in every error code, clear in success and warning codes.
inline constexpr EFI_STATUS kErrorBit = EFI_STATUS{1} << 63;

constexpr bool EFI_ERROR(EFI_STATUS status) {
  return (status & kErrorBit) != 0;
}

// [uefi-2.10 Appendix D]
inline constexpr EFI_STATUS EFI_SUCCESS = 0;
inline constexpr EFI_STATUS EFI_LOAD_ERROR = kErrorBit | 1;
inline constexpr EFI_STATUS EFI_INVALID_PARAMETER = kErrorBit | 2;
inline constexpr EFI_STATUS EFI_UNSUPPORTED = kErrorBit | 3;
inline constexpr EFI_STATUS EFI_BAD_BUFFER_SIZE = kErrorBit | 4;
inline constexpr EFI_STATUS EFI_BUFFER_TOO_SMALL = kErrorBit | 5;
inline constexpr EFI_STATUS EFI_NOT_READY = kErrorBit | 6;
inline constexpr EFI_STATUS EFI_DEVICE_ERROR = kErrorBit | 7;
inline constexpr EFI_STATUS EFI_WRITE_PROTECTED = kErrorBit | 8;
inline constexpr EFI_STATUS EFI_OUT_OF_RESOURCES = kErrorBit | 9;
inline constexpr EFI_STATUS EFI_VOLUME_CORRUPTED = kErrorBit | 10;
inline constexpr EFI_STATUS EFI_VOLUME_FULL = kErrorBit | 11;
inline constexpr EFI_STATUS EFI_NO_MEDIA = kErrorBit | 12;
inline constexpr EFI_STATUS EFI_MEDIA_CHANGED = kErrorBit | 13;
inline constexpr EFI_STATUS EFI_NOT_FOUND = kErrorBit | 14;
inline constexpr EFI_STATUS EFI_ACCESS_DENIED = kErrorBit | 15;
inline constexpr EFI_STATUS EFI_NO_RESPONSE = kErrorBit | 16;
inline constexpr EFI_STATUS EFI_NO_MAPPING = kErrorBit | 17;
inline constexpr EFI_STATUS EFI_TIMEOUT = kErrorBit | 18;
inline constexpr EFI_STATUS EFI_NOT_STARTED = kErrorBit | 19;
inline constexpr EFI_STATUS EFI_ALREADY_STARTED = kErrorBit | 20;
inline constexpr EFI_STATUS EFI_ABORTED = kErrorBit | 21;
inline constexpr EFI_STATUS EFI_ICMP_ERROR = kErrorBit | 22;
inline constexpr EFI_STATUS EFI_TFTP_ERROR = kErrorBit | 23;
inline constexpr EFI_STATUS EFI_PROTOCOL_ERROR = kErrorBit | 24;
inline constexpr EFI_STATUS EFI_INCOMPATIBLE_VERSION = kErrorBit | 25;
inline constexpr EFI_STATUS EFI_SECURITY_VIOLATION = kErrorBit | 26;
inline constexpr EFI_STATUS EFI_CRC_ERROR = kErrorBit | 27;
inline constexpr EFI_STATUS EFI_END_OF_MEDIA = kErrorBit | 28;
inline constexpr EFI_STATUS EFI_END_OF_FILE = kErrorBit | 31;
inline constexpr EFI_STATUS EFI_INVALID_LANGUAGE = kErrorBit | 32;
inline constexpr EFI_STATUS EFI_COMPROMISED_DATA = kErrorBit | 33;
inline constexpr EFI_STATUS EFI_IP_ADDRESS_CONFLICT = kErrorBit | 34;
inline constexpr EFI_STATUS EFI_HTTP_ERROR = kErrorBit | 35;

inline constexpr EFI_STATUS EFI_WARN_UNKNOWN_GLYPH = 1;
inline constexpr EFI_STATUS EFI_WARN_DELETE_FAILURE = 2;
inline constexpr EFI_STATUS EFI_WARN_WRITE_FAILURE = 3;
inline constexpr EFI_STATUS EFI_WARN_BUFFER_TOO_SMALL = 4;
inline constexpr EFI_STATUS EFI_WARN_STALE_DATA = 5;
inline constexpr EFI_STATUS EFI_WARN_FILE_SYSTEM = 6;
inline constexpr EFI_STATUS EFI_WARN_RESET_REQUIRED = 7;

}  // namespace flint::efi::abi
