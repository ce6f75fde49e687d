// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/variable_rules.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "efi/abi/runtime_services.h"

namespace flint::efi {
namespace {

using abi::EFI_VARIABLE_APPEND_WRITE;
using abi::EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS;
using abi::EFI_VARIABLE_BOOTSERVICE_ACCESS;
using abi::EFI_VARIABLE_ENHANCED_AUTHENTICATED_ACCESS;
using abi::EFI_VARIABLE_HARDWARE_ERROR_RECORD;
using abi::EFI_VARIABLE_NON_VOLATILE;
using abi::EFI_VARIABLE_RUNTIME_ACCESS;
using abi::EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS;

// Each name with its NUL, one after the other: an array of pointers would need
// relocating in a program that runs at any address.
constexpr char16_t kFirmwareOwned[] =
    u"AuditMode\0BootOptionSupport\0CryptoIndicationsSupported\0"
    u"DeployedMode\0HwErrRecSupport\0KEKDefault\0LangCodes\0"
    u"OsIndicationsSupported\0OsRecoveryDefault\0PKDefault\0"
    u"PlatformLangCodes\0SecureBoot\0SetupMode\0SignatureSupport\0"
    u"VendorKeys\0dbDefault\0dbrDefault\0dbtDefault\0dbxDefault\0";
constexpr char16_t kGlobalKeys[] = u"KEK\0PK\0";
constexpr char16_t kSignatureDatabases[] = u"db\0dbr\0dbt\0dbx\0";

template <size_t kSize>
bool Lists(const char16_t (&names)[kSize], Bytes name) {
  // The literal's own NUL is one more than the list's.
  std::u16string_view rest(names, kSize - 1);
  while (!rest.empty()) {
    const size_t size = rest.find(u'\0') + 1;
    const Bytes entry = std::as_bytes(std::span(rest.data(), size));
    if (std::ranges::equal(entry, name)) return true;
    rest.remove_prefix(size);
  }
  return false;
}

bool HasAll(uint32_t attributes, uint32_t wanted) {
  return (attributes & wanted) == wanted;
}

bool HasAny(uint32_t attributes, uint32_t wanted) {
  return (attributes & wanted) != 0;
}

// Which of the attributes say where a variable is kept and who may see it.
constexpr uint32_t kKindMask =
    EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |
    EFI_VARIABLE_RUNTIME_ACCESS | EFI_VARIABLE_HARDWARE_ERROR_RECORD;
constexpr uint32_t kKnownMask =
    kKindMask | EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS |
    EFI_VARIABLE_APPEND_WRITE;

/// False for combinations that mean nothing. [uefi-2.10 8.2.1, 8.2.3]
bool IsValidCombination(uint32_t attributes) {
  if (HasAny(attributes, ~kKnownMask)) return false;
  if (HasAny(attributes, EFI_VARIABLE_RUNTIME_ACCESS) &&
      !HasAny(attributes, EFI_VARIABLE_BOOTSERVICE_ACCESS)) {
    return false;
  }
  if (HasAny(attributes, EFI_VARIABLE_HARDWARE_ERROR_RECORD) &&
      !HasAll(attributes, kKindMask)) {
    return false;
  }
  return (attributes & (kKnownMask & ~EFI_VARIABLE_APPEND_WRITE)) !=
         EFI_VARIABLE_NON_VOLATILE;
}

// Deprecated, and never part of this implementation. [uefi-2.10 8.2.1]
constexpr uint32_t kOldAuthentication =
    EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS |
    EFI_VARIABLE_ENHANCED_AUTHENTICATED_ACCESS;

}  // namespace

abi::EFI_STATUS CheckSetAttributes(uint32_t attributes) {
  if (HasAny(attributes, kOldAuthentication)) return abi::EFI_UNSUPPORTED;
  if (!IsValidCombination(attributes)) return abi::EFI_INVALID_PARAMETER;
  // There is no place for error records (HwErrRecSupport is 0).
  if (HasAny(attributes, EFI_VARIABLE_HARDWARE_ERROR_RECORD)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  // Nothing here can check a signature, so none passes the check.
  if (HasAny(attributes, EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS)) {
    return abi::EFI_SECURITY_VIOLATION;
  }
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS CheckQueryAttributes(uint32_t attributes) {
  if (attributes == 0) return abi::EFI_INVALID_PARAMETER;
  if (HasAny(attributes, kOldAuthentication)) return abi::EFI_UNSUPPORTED;
  if (!IsValidCombination(attributes)) return abi::EFI_INVALID_PARAMETER;
  if (HasAny(attributes,
             EFI_VARIABLE_HARDWARE_ERROR_RECORD |
                 EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS) ||
      !HasAny(attributes, kKindMask)) {
    return abi::EFI_UNSUPPORTED;
  }
  return abi::EFI_SUCCESS;
}

bool IsFirmwareOwned(const VariableKey& key) {
  return key.vendor == abi::EFI_GLOBAL_VARIABLE &&
         Lists(kFirmwareOwned, key.name);
}

bool NeedsAuthentication(const VariableKey& key) {
  return (key.vendor == abi::EFI_GLOBAL_VARIABLE &&
          Lists(kGlobalKeys, key.name)) ||
         (key.vendor == abi::EFI_IMAGE_SECURITY_DATABASE_GUID &&
          Lists(kSignatureDatabases, key.name));
}

}  // namespace flint::efi
