// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "boot/memory/memory_map.h"
#include "efi/abi/memory.h"
#include "efi/abi/status.h"
#include "efi/containers/object_pool.h"
#include "efi/memory/memory_types.h"
#include "efi/memory/page_protection.h"
#include "platforms/base/guest_memory.h"

namespace flint::efi {

/// Is told of every change that images can see in the memory map.
class MemoryMapObserver {
 public:
  virtual ~MemoryMapObserver() = default;
  virtual void OnMemoryMapChanged() = 0;
};

/// The page services: a view of the one memory map, in which UEFI's memory
/// types are recorded as owners. [uefi-2.10 7.2]
class PageServices final : public PageSource {
 public:
  /// What a descriptor takes in `GetMemoryMap`: more than the type of this
  /// version of the specification, so that callers who step by the type's size
  /// are found out here and not on the next firmware.
  static constexpr size_t kDescriptorSize = 48;

  PageServices(memory::MemoryMap& map, GuestMemory& memory)
      : map_(map), memory_(memory) {}

  /// At most one; null takes it away.
  void set_observer(MemoryMapObserver* observer) { observer_ = observer; }

  /// With it, pages of a type that loaders execute are executable, and freed
  /// pages lose the protections they were given.
  void set_protection(PageProtection* protection) { protection_ = protection; }
  PageProtection* protection() const { return protection_; }

  /// Takes pages from the top of memory below 4 GiB, or above if there are none
  /// left: some loaders keep 32 bits of an address.
  abi::EFI_STATUS AllocatePages(abi::EFI_ALLOCATE_TYPE type,
                                abi::EFI_MEMORY_TYPE memory_type,
                                abi::UINTN pages,
                                abi::EFI_PHYSICAL_ADDRESS* memory);
  abi::EFI_STATUS FreePages(abi::EFI_PHYSICAL_ADDRESS memory, abi::UINTN pages);
  abi::EFI_STATUS GetMemoryMap(abi::UINTN* memory_map_size,
                               abi::EFI_MEMORY_DESCRIPTOR* memory_map,
                               abi::UINTN* map_key,
                               abi::UINTN* descriptor_size,
                               abi::UINT32* descriptor_version);

  /// What `GetMemoryMap` returns as the key.
  abi::UINTN map_key() const { return map_.generation(); }

  /// Pages like those of AllocateAnyPages, at a multiple of `alignment_bytes`.
  /// Empty if there are none.
  std::span<std::byte> Take(PageOwner owner,
                            uint64_t page_count,
                            uint64_t alignment_bytes = abi::EFI_PAGE_SIZE);

  /// Takes back what `Take` gave. EFI_INVALID_PARAMETER, and nothing is done,
  /// if not all of it is that owner's.
  abi::EFI_STATUS GiveBack(PageOwner owner, std::span<std::byte> pages);

  /// Who allocated the page with that address, if a UEFI service did.
  std::optional<PageOwner> OwnerAt(uint64_t address) const;

  /// The firmware's own boot-services data, for good. [PageSource]
  std::span<std::byte> TakePages(uint64_t page_count) override;

  GuestMemory& memory() { return memory_; }

 private:
  std::optional<uint64_t> AllocateAny(PageOwner owner,
                                      uint64_t page_count,
                                      uint64_t alignment_bytes);
  std::optional<uint64_t> AllocateBelow(PageOwner owner,
                                        uint64_t page_count,
                                        uint64_t max_address);
  std::optional<uint64_t> AllocateAt(PageOwner owner,
                                     uint64_t page_count,
                                     uint64_t address);
  std::optional<uint64_t> Allocate(PageOwner owner,
                                   memory::PageRequest request);
  abi::EFI_STATUS Release(uint64_t address, uint64_t page_count);
  template <typename Predicate>
  bool AllOwned(uint64_t address, uint64_t end, Predicate is_expected) const;
  void NotifyChange();

  memory::MemoryMap& map_;
  GuestMemory& memory_;
  MemoryMapObserver* observer_ = nullptr;
  PageProtection* protection_ = nullptr;
};

}  // namespace flint::efi
