// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/device_path.h"
#include "efi/abi/types.h"

namespace flint::efi {

/// The image services, as the boot services table calls them: the seam between
/// the environment and efi/image. Parameters and results are those of the
/// specification. [uefi-2.10 7.4]
class ImageServices {
 public:
  virtual ~ImageServices() = default;

  virtual abi::EFI_STATUS LoadImage(abi::BOOLEAN boot_policy,
                                    abi::EFI_HANDLE parent_image,
                                    abi::EFI_DEVICE_PATH_PROTOCOL* device_path,
                                    abi::VOID* source_buffer,
                                    abi::UINTN source_size,
                                    abi::EFI_HANDLE* image) = 0;
  virtual abi::EFI_STATUS StartImage(abi::EFI_HANDLE image,
                                     abi::UINTN* exit_data_size,
                                     abi::CHAR16** exit_data) = 0;
  /// Returns only if it fails.
  virtual abi::EFI_STATUS Exit(abi::EFI_HANDLE image,
                               abi::EFI_STATUS exit_status,
                               abi::UINTN exit_data_size,
                               abi::CHAR16* exit_data) = 0;
  virtual abi::EFI_STATUS UnloadImage(abi::EFI_HANDLE image) = 0;
};

}  // namespace flint::efi
