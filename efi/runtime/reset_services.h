// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/runtime_services.h"
#include "efi/runtime/handoff.h"
#include "efi/runtime/runtime_machine.h"

namespace flint::efi {

/// Ends the machine as ResetSystem is asked to. Warm and cold are the same on
/// a virtual machine; platform-specific resets are cold ones. Does not return,
/// but in tests. [uefi-2.10 8.5.1]
void ResetSystem(RuntimeHandoff& handoff,
                 RuntimeMachine& machine,
                 abi::EFI_RESET_TYPE type,
                 abi::EFI_STATUS status,
                 abi::UINTN data_size,
                 abi::VOID* data);

}  // namespace flint::efi
