// SPDX-License-Identifier: Apache-2.0

// Sets the watchdog to two seconds, and calls the firmware no more: it has to
// be stopped.

#include "efi/abi/boot_services.h"
#include "testing/efi/application.h"
#include "testing/efi/mistakes.h"

using namespace flint::efi::abi;

EFI_STATUS EFIAPI EfiMain(EFI_HANDLE, EFI_SYSTEM_TABLE* system) {
  constexpr UINT64 kCode = 0x1'0001;
  CHAR16 reason[] = u"hangs as it should\x1b[2J\n\x263a";
  flint::efi_testing::Console(system).WriteLine("Never returning");
  system->BootServices->SetWatchdogTimer(2, kCode, sizeof(reason), reason);
  Hang();
}
