// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "boot/memory/page_allocator.h"

namespace flint::bzimage {

/// Allocated pages that are given back unless someone takes them.
class OwnedPages final {
 public:
  OwnedPages() = default;
  OwnedPages(memory::PageAllocator& allocator,
             uint64_t address,
             uint64_t page_count)
      : allocator_(&allocator), address_(address), page_count_(page_count) {}

  OwnedPages(OwnedPages&& other) noexcept { *this = std::move(other); }
  OwnedPages& operator=(OwnedPages&& other) noexcept {
    std::swap(allocator_, other.allocator_);
    std::swap(address_, other.address_);
    std::swap(page_count_, other.page_count_);
    return *this;
  }
  ~OwnedPages() {
    if (allocator_ != nullptr) (void)allocator_->Free(address_, page_count_);
  }

  /// 0 if it holds none.
  uint64_t address() const { return address_; }
  uint64_t size_bytes() const { return page_count_ * memory::kPageSizeBytes; }

  /// The pages stay allocated for good.
  void Release() { allocator_ = nullptr; }

 private:
  memory::PageAllocator* allocator_ = nullptr;
  uint64_t address_ = 0;
  uint64_t page_count_ = 0;
};

}  // namespace flint::bzimage
