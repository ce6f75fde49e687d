// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "efi/abi/system_table.h"
#include "efi/abi/types.h"

/// Addresses of what was loaded, as the ABI wants them: pointers.
namespace flint::efi {

inline abi::VOID* PointerTo(uint64_t address) {
  // SAFETY: only told to images; nothing here reads through it.
  return reinterpret_cast<abi::VOID*>(static_cast<uintptr_t>(address));
}

inline abi::EFI_IMAGE_ENTRY_POINT EntryPointAt(uint64_t address) {
  // SAFETY: the entry point of a checked image that was loaded around it.
  return reinterpret_cast<abi::EFI_IMAGE_ENTRY_POINT>(
      static_cast<uintptr_t>(address));
}

}  // namespace flint::efi
