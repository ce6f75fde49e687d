// SPDX-License-Identifier: Apache-2.0
#include "loader/bzimage/placement.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "platforms/base/checked.h"

namespace flint::bzimage {
namespace {

using memory::kPageSizeBytes;
using memory::MemoryUse;
using memory::Search;

constexpr uint64_t kBelowFourGibibytes = UINT32_MAX;

constexpr uint64_t PageCount(uint64_t size_bytes) {
  return DivideRoundUp(size_bytes, kPageSizeBytes);
}

Result<OwnedPages> Allocate(const memory::PageRequest& request,
                            memory::PageAllocator& allocator) {
  const uint64_t address = TRY(allocator.Allocate(request));
  return OwnedPages(allocator, address, request.page_count);
}

}  // namespace

Result<KernelPlace> PlaceKernel(const KernelImage& image,
                                uint64_t size_bytes,
                                memory::PageAllocator& allocator) {
  const uint64_t preferred = image.preferred_address;
  const uint64_t page_count = PageCount(size_bytes);
  if (preferred != 0 &&
      allocator.AllocateAt(preferred, page_count, MemoryUse::kKernel)) {
    const uint64_t natural = uint64_t{1} << std::countr_zero(preferred);
    const uint64_t alignment = std::min(image.preferred_alignment, natural);
    return KernelPlace{.pages = OwnedPages(allocator, preferred, page_count),
                       .alignment_bytes = static_cast<uint32_t>(alignment)};
  }
  if (!image.relocatable) {
    return Fail(ErrorCode::kNoMemory,
                "kernel cannot be moved, and not all of its memory is free");
  }
  for (uint64_t alignment = image.preferred_alignment;
       alignment >= image.min_alignment;
       alignment /= 2) {
    // Lower down it would move itself up to the preferred address, onto memory
    // that was not free.
    auto pages = Allocate({.page_count = page_count,
                           .alignment_bytes = alignment,
                           .min_address = preferred,
                           .max_address = kBelowFourGibibytes,
                           .search = Search::kLowestFirst,
                           .use = MemoryUse::kKernel},
                          allocator);
    if (!pages) continue;
    return KernelPlace{.pages = *std::move(pages),
                       .alignment_bytes = static_cast<uint32_t>(alignment)};
  }
  return Fail(ErrorCode::kNoMemory, "not enough free memory for the kernel");
}

Result<OwnedPages> PlaceInitrd(const KernelImage& image,
                               uint64_t size_bytes,
                               memory::PageAllocator& allocator) {
  memory::PageRequest request{.page_count = PageCount(size_bytes),
                              .max_address = image.header().initrd_addr_max,
                              .use = MemoryUse::kKernel};
  if (auto pages = Allocate(request, allocator)) return pages;
  if (image.can_use_high_memory()) {
    for (const uint64_t max_address : {kBelowFourGibibytes, UINT64_MAX}) {
      request.max_address = max_address;
      if (auto pages = Allocate(request, allocator)) return pages;
    }
  }
  return Fail(ErrorCode::kNoMemory, "not enough free memory for the initrd");
}

bool CanStay(const KernelImage& image, uint64_t address, uint64_t size_bytes) {
  // The kernel gives the memory back in whole pages.
  if (!IsAligned(address, kPageSizeBytes)) return false;
  const uint64_t limit = image.can_use_high_memory()
                             ? UINT64_MAX
                             : uint64_t{image.header().initrd_addr_max};
  return address <= limit && size_bytes - 1 <= limit - address;
}

Result<OwnedPages> PlaceParameters(uint64_t size_bytes,
                                   memory::PageAllocator& allocator) {
  return Allocate({.page_count = PageCount(size_bytes),
                   .max_address = kBelowFourGibibytes,
                   .use = MemoryUse::kKernel},
                  allocator);
}

}  // namespace flint::bzimage
