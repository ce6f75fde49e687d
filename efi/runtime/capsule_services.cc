// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/capsule_services.h"

namespace flint::efi {
namespace {

using abi::EFI_STATUS;

/// Both only mean something for a capsule that survives a reset.
constexpr abi::UINT32 kAfterResetFlags =
    abi::CAPSULE_FLAGS_POPULATE_SYSTEM_TABLE |
    abi::CAPSULE_FLAGS_INITIATE_RESET;

EFI_STATUS CheckCapsules(abi::EFI_CAPSULE_HEADER** capsules,
                         abi::UINTN capsule_count) {
  if (capsule_count < 1 || capsules == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  for (abi::UINTN i = 0; i < capsule_count; ++i) {
    if (capsules[i] == nullptr) return abi::EFI_INVALID_PARAMETER;
    const abi::UINT32 flags = capsules[i]->Flags;
    if ((flags & kAfterResetFlags) != 0 &&
        (flags & abi::CAPSULE_FLAGS_PERSIST_ACROSS_RESET) == 0) {
      return abi::EFI_INVALID_PARAMETER;
    }
  }
  return abi::EFI_SUCCESS;
}

bool AnyPersists(abi::EFI_CAPSULE_HEADER** capsules, abi::UINTN count) {
  for (abi::UINTN i = 0; i < count; ++i) {
    if ((capsules[i]->Flags & abi::CAPSULE_FLAGS_PERSIST_ACROSS_RESET) != 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

EFI_STATUS UpdateCapsule(RuntimePhase phase,
                         abi::EFI_CAPSULE_HEADER** capsules,
                         abi::UINTN capsule_count,
                         abi::EFI_PHYSICAL_ADDRESS scatter_gather_list) {
  if (phase != RuntimePhase::kBoot) return abi::EFI_UNSUPPORTED;
  const EFI_STATUS checked = CheckCapsules(capsules, capsule_count);
  if (abi::EFI_ERROR(checked)) return checked;
  if (scatter_gather_list == 0 && AnyPersists(capsules, capsule_count)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  return abi::EFI_UNSUPPORTED;
}

EFI_STATUS QueryCapsuleCapabilities(RuntimePhase phase,
                                    abi::EFI_CAPSULE_HEADER** capsules,
                                    abi::UINTN capsule_count,
                                    abi::UINT64* maximum_capsule_size,
                                    abi::EFI_RESET_TYPE* reset_type) {
  if (phase != RuntimePhase::kBoot) return abi::EFI_UNSUPPORTED;
  if (maximum_capsule_size == nullptr || reset_type == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const EFI_STATUS checked = CheckCapsules(capsules, capsule_count);
  return abi::EFI_ERROR(checked) ? checked : abi::EFI_UNSUPPORTED;
}

}  // namespace flint::efi
