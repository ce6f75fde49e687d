// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "boot/memory/page_allocator.h"
#include "loader/bzimage/kernel_image.h"
#include "loader/bzimage/owned_pages.h"
#include "platforms/base/result.h"

namespace flint::bzimage {

/// Memory for a kernel.
struct KernelPlace {
  OwnedPages pages;
  /// What the kernel is to be told as its alignment.
  uint32_t alignment_bytes;
};

/// Finds `size_bytes` (at least the image's `memory_size_bytes`) for a kernel:
/// where it prefers to be, else, if it is relocatable, at the lowest free place
/// above that and below 4 GiB, with the best alignment that can be had.
/// kNoMemory if there is none.
Result<KernelPlace> PlaceKernel(const KernelImage& image,
                                uint64_t size_bytes,
                                memory::PageAllocator& allocator);

/// Finds `size_bytes`, more than none, for an initrd, as high as the kernel
/// takes it. kNoMemory.
Result<OwnedPages> PlaceInitrd(const KernelImage& image,
                               uint64_t size_bytes,
                               memory::PageAllocator& allocator);

/// True if an initrd at [address, address + size_bytes) can stay there.
bool CanStay(const KernelImage& image, uint64_t address, uint64_t size_bytes);

/// Finds `size_bytes` for the kernel's parameters, below 4 GiB. kNoMemory.
Result<OwnedPages> PlaceParameters(uint64_t size_bytes,
                                   memory::PageAllocator& allocator);

}  // namespace flint::bzimage
