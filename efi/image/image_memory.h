// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "efi/abi/memory.h"
#include "efi/abi/status.h"
#include "efi/memory/page_protection.h"
#include "efi/memory/page_services.h"
#include "loader/pe/image_source.h"
#include "loader/pe/pe_image.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// The memory types of an image of this kind. [uefi-2.10 2.1.1]
struct ImageMemoryTypes {
  abi::EFI_MEMORY_TYPE code;
  abi::EFI_MEMORY_TYPE data;
};
ImageMemoryTypes MemoryTypesOf(pe::Subsystem subsystem);

/// The pages of one image. Freed by `Free`, not by the end of its life: an
/// image's memory is given up where the image is, and nowhere else.
class ImageMemory {
 public:
  ImageMemory() = default;

  /// Takes pages of the image's code type, wherever it can run, loads it there
  /// from its file, and gives each part the protection it asks for if the image
  /// is made for that.
  ///
  /// The first image that is not made for it makes all free memory executable.
  ///
  /// EFI_OUT_OF_RESOURCES: no memory, or an image that cannot be moved, and its
  /// place is taken. EFI_LOAD_ERROR, EFI_UNSUPPORTED: bad relocations, or a
  /// file that shrank. EFI_DEVICE_ERROR: it cannot be read.
  static abi::EFI_STATUS Load(const pe::Image& image,
                              pe::ImageSource& file,
                              PageServices& pages,
                              ImageMemory& loaded);

  /// Gives the pages back.
  void Free(PageServices& pages);

  uint64_t address() const { return address_; }
  std::span<std::byte> bytes() const { return bytes_; }

 private:
  Status SetAccess(const pe::Image& image, PageProtection* protection) const;

  PageOwner owner_{};
  std::span<std::byte> pages_;
  std::span<std::byte> bytes_;  // of the pages, those that are the image
  uint64_t address_ = 0;
};

}  // namespace flint::efi
