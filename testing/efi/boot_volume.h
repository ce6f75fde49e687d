// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "efi/abi/protocol/loaded_image.h"
#include "efi/abi/protocol/simple_file_system.h"
#include "efi/abi/system_table.h"
#include "efi/abi/types.h"

namespace flint::efi_testing {

/// The file system that an image was loaded from. Paths are absolute, as in
/// u"\\EFI\\BOOT\\BOOTX64.EFI".
class BootVolume {
 public:
  /// Whatever fails is told by the first call that needs it.
  BootVolume(efi::abi::EFI_HANDLE image, efi::abi::EFI_SYSTEM_TABLE* system);
  BootVolume(const BootVolume&) = delete;
  BootVolume& operator=(const BootVolume&) = delete;
  ~BootVolume();

  /// Opens a file; the caller closes it.
  efi::abi::EFI_STATUS Open(const efi::abi::CHAR16* path,
                            efi::abi::UINT64 mode,
                            efi::abi::UINT64 attributes,
                            efi::abi::EFI_FILE_PROTOCOL** file);

  /// Reads a whole file into pool memory, which the caller frees.
  efi::abi::EFI_STATUS Read(const efi::abi::CHAR16* path,
                            std::span<char>* contents);

  /// Loads an image, gives it options and starts it. `options` is in the
  /// image's hands: it has to live.
  efi::abi::EFI_STATUS Start(const efi::abi::CHAR16* path,
                             std::span<efi::abi::CHAR16> options);

 private:
  /// The device path of a file, in pool memory.
  efi::abi::EFI_DEVICE_PATH_PROTOCOL* PathOf(const efi::abi::CHAR16* path);

  efi::abi::EFI_HANDLE image_;
  efi::abi::EFI_BOOT_SERVICES& boot_;
  efi::abi::EFI_HANDLE device_ = nullptr;
  efi::abi::EFI_FILE_PROTOCOL* root_ = nullptr;
};

}  // namespace flint::efi_testing
