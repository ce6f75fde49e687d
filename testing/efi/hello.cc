// SPDX-License-Identifier: Apache-2.0

// Says that it runs, and where.

#include <array>

#include "efi/abi/boot_services.h"
#include "efi/abi/protocol/loaded_image.h"
#include "efi/abi/status.h"
#include "testing/efi/application.h"

using namespace flint::efi::abi;

namespace {

/// Addresses in data: wrong unless the image was relocated.
constexpr std::array<const char*, 2> kLines{
    "Hello from a UEFI application",
    "It was linked as PE and relocated",
};

}  // namespace

EFI_STATUS EFIAPI EfiMain(EFI_HANDLE image, EFI_SYSTEM_TABLE* system) {
  flint::efi_testing::Console console(system);
  for (const char* line : kLines) console.WriteLine(line);
  EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
  VOID* interface = nullptr;
  const EFI_STATUS status =
      system->BootServices->HandleProtocol(image, &guid, &interface);
  if (status != EFI_SUCCESS) return status;
  const auto* loaded = static_cast<EFI_LOADED_IMAGE_PROTOCOL*>(interface);
  console.WriteFormat("I am {} bytes long", loaded->ImageSize);
  return EFI_SUCCESS;
}
