// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/memory.h"
#include "efi/abi/runtime_services.h"
#include "efi/abi/status.h"
#include "efi/runtime/runtime_state.h"

namespace flint::efi {

/// Moves everything to where `map` says: listeners are told, drivers relocated,
/// then the tables and the hand-off get virtual addresses. If the map will not
/// do, nothing has changed. [uefi-2.10 8.4.1]
///
/// EFI_UNSUPPORTED but between ExitBootServices and the first success;
/// EFI_INVALID_PARAMETER for descriptors of another form; EFI_NO_MAPPING if the
/// map lacks runtime memory, or takes apart what lies together in one
/// descriptor of the memory map; EFI_NOT_FOUND if it has what is not in the
/// memory map.
abi::EFI_STATUS SetVirtualAddressMap(RuntimeState& state,
                                     abi::UINTN memory_map_size,
                                     abi::UINTN descriptor_size,
                                     abi::UINT32 descriptor_version,
                                     abi::EFI_MEMORY_DESCRIPTOR* map);

/// What listeners call. EFI_NOT_FOUND if there is no map at the moment.
/// [uefi-2.10 8.4.2]
abi::EFI_STATUS ConvertPointer(const RuntimeState& state,
                               abi::UINTN debug_disposition,
                               abi::VOID** address);

}  // namespace flint::efi
