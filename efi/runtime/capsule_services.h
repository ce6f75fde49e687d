// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/runtime_services.h"
#include "efi/abi/status.h"
#include "efi/runtime/handoff.h"

/// There are no capsules that this firmware takes: what is said of a good one
/// is EFI_UNSUPPORTED. At run time the services are not there at all, as the
/// runtime properties table says. [uefi-2.10 8.5.3]
namespace flint::efi {

abi::EFI_STATUS UpdateCapsule(RuntimePhase phase,
                              abi::EFI_CAPSULE_HEADER** capsules,
                              abi::UINTN capsule_count,
                              abi::EFI_PHYSICAL_ADDRESS scatter_gather_list);

abi::EFI_STATUS QueryCapsuleCapabilities(RuntimePhase phase,
                                         abi::EFI_CAPSULE_HEADER** capsules,
                                         abi::UINTN capsule_count,
                                         abi::UINT64* maximum_capsule_size,
                                         abi::EFI_RESET_TYPE* reset_type);

}  // namespace flint::efi
