// SPDX-License-Identifier: Apache-2.0

// Dies of a divide error, which the firmware has to report.

#include "testing/efi/application.h"

using namespace flint::efi::abi;

EFI_STATUS EFIAPI EfiMain(EFI_HANDLE, EFI_SYSTEM_TABLE* system) {
  flint::efi_testing::Console(system).WriteLine("Dividing by zero");
  // SAFETY: the compiler knows better than to divide by zero; this does it.
  asm("xor %%ecx, %%ecx\n\tdivl %%ecx" : : "a"(1), "d"(0) : "ecx", "cc");
  return 0;
}
