// SPDX-License-Identifier: Apache-2.0

// Calls a function at address 0, which the firmware has to report.

#include "testing/efi/application.h"
#include "testing/efi/mistakes.h"

using namespace flint::efi::abi;

EFI_STATUS EFIAPI EfiMain(EFI_HANDLE, EFI_SYSTEM_TABLE* system) {
  flint::efi_testing::Console(system).WriteLine("Jumping to 0");
  JumpToZero();
  return 0;
}
