// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "efi/abi/status.h"
#include "efi/variables/variable_area.h"

/// What may be written, apart from what is stored already. [uefi-2.10 8.2.3]
namespace flint::efi {

/// EFI_SUCCESS if SetVariable may be asked for these attributes, else what it
/// has to answer.
abi::EFI_STATUS CheckSetAttributes(uint32_t attributes);

/// As above, for QueryVariableInfo.
abi::EFI_STATUS CheckQueryAttributes(uint32_t attributes);

/// True for the variables that tell what the firmware is and can.
/// [uefi-2.10 3.3]
bool IsFirmwareOwned(const VariableKey& key);

/// True for the variables that hold keys and signatures, which are written with
/// authentication or not at all. [uefi-2.10 32.3]
bool NeedsAuthentication(const VariableKey& key);

}  // namespace flint::efi
