// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "efi/abi/memory.h"
#include "efi/abi/status.h"
#include "efi/containers/intrusive_list.h"
#include "efi/containers/object_pool.h"
#include "efi/memory/page_services.h"

namespace flint::efi {

/// The pool services: buffers of any size, 16-byte aligned. [uefi-2.10 7.2]
///
/// Small buffers share slabs of one memory type and one size class; a slab
/// finds a free slot in a bitmap that images have no reason to write to. Large
/// ones are pages of their own. Whether and how an address was allocated is
/// read from the memory map before anything at it is touched.
class PoolServices final {
 public:
  explicit PoolServices(PageServices& pages);
  PoolServices(const PoolServices&) = delete;
  PoolServices& operator=(const PoolServices&) = delete;

  abi::EFI_STATUS AllocatePool(abi::EFI_MEMORY_TYPE pool_type,
                               abi::UINTN size,
                               abi::VOID** buffer);

  /// EFI_INVALID_PARAMETER for whatever `AllocatePool` did not return, or is
  /// already free.
  abi::EFI_STATUS FreePool(abi::VOID* buffer);

  /// A buffer of boot-services data for the firmware's own use, or null.
  abi::VOID* Allocate(size_t size);

 private:
  static constexpr size_t kClassCount = 14;
  static constexpr size_t kStandardTypeCount = abi::EfiMaxMemoryType;

  struct Slab;
  struct LargeHeader;
  /// The slabs of one memory type that have free slots.
  struct Bin : ListNode<Bin> {
    abi::EFI_MEMORY_TYPE type{};
    std::array<IntrusiveList<Slab>, kClassCount> open_slabs;
  };

  static size_t ClassFor(size_t size);

  Bin* BinFor(abi::EFI_MEMORY_TYPE type);
  abi::VOID* AllocateSmall(Bin& bin, size_t class_index);
  abi::VOID* AllocateLarge(abi::EFI_MEMORY_TYPE type, size_t size);
  Slab* NewSlab(Bin& bin, size_t class_index);
  abi::EFI_STATUS FreeSmall(uint64_t address);
  abi::EFI_STATUS FreeLarge(PageOwner owner, uint64_t address);

  PageServices& pages_;
  std::array<Bin, kStandardTypeCount> standard_bins_;
  ObjectPool<Bin> other_bin_pool_;
  IntrusiveList<Bin> other_bins_;
};

}  // namespace flint::efi
