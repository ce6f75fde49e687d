// SPDX-License-Identifier: Apache-2.0

// [uefi-2.10 7.4, 9]

#include "efi/abi/protocol/loaded_image.h"
#include "testing/efi/checks/check_list.h"

namespace flint::efi_testing {

using namespace efi::abi;

void CheckLoadedImage(Checker& checker) {
  EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
  VOID* interface = nullptr;
  REQUIRE_STATUS(
      checker,
      checker.boot().HandleProtocol(checker.image(), &guid, &interface),
      EFI_SUCCESS);
  const auto& loaded = *static_cast<EFI_LOADED_IMAGE_PROTOCOL*>(interface);
  EXPECT(checker, loaded.Revision == EFI_LOADED_IMAGE_PROTOCOL_REVISION);
  EXPECT(checker, loaded.SystemTable == &checker.system());
  EXPECT(checker, loaded.ImageCodeType == EfiLoaderCode);
  EXPECT(checker, loaded.ImageDataType == EfiLoaderData);
  EXPECT(checker, loaded.ImageBase != nullptr && loaded.ImageSize != 0);

  guid = EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL_GUID;
  EXPECT_STATUS(
      checker,
      checker.boot().HandleProtocol(checker.image(), &guid, &interface),
      EFI_SUCCESS);
}

void CheckImageParameters(Checker& checker) {
  EFI_BOOT_SERVICES& boot = checker.boot();
  EFI_HANDLE image = nullptr;
  char garbage[512] = {'M', 'Z'};
  EXPECT_STATUS(
      checker,
      boot.LoadImage(FALSE, nullptr, nullptr, garbage, sizeof(garbage), &image),
      EFI_INVALID_PARAMETER);
  EXPECT_STATUS(
      checker,
      boot.LoadImage(FALSE, checker.image(), nullptr, nullptr, 0, &image),
      EFI_NOT_FOUND);
  EXPECT_STATUS(
      checker,
      boot.LoadImage(
          FALSE, checker.image(), nullptr, garbage, sizeof(garbage), nullptr),
      EFI_INVALID_PARAMETER);
  const EFI_STATUS status = boot.LoadImage(
      FALSE, checker.image(), nullptr, garbage, sizeof(garbage), &image);
  EXPECT(checker, status == EFI_LOAD_ERROR || status == EFI_UNSUPPORTED);
  EXPECT(checker, image == nullptr);
  EXPECT_STATUS(checker,
                boot.StartImage(nullptr, nullptr, nullptr),
                EFI_INVALID_PARAMETER);
  // This image runs already.
  EXPECT_STATUS(checker,
                boot.StartImage(checker.image(), nullptr, nullptr),
                EFI_INVALID_PARAMETER);
  EXPECT_STATUS(checker, boot.UnloadImage(nullptr), EFI_INVALID_PARAMETER);
}

}  // namespace flint::efi_testing
