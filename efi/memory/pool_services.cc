// SPDX-License-Identifier: Apache-2.0
#include "efi/memory/pool_services.h"

#include <algorithm>
#include <bit>
#include <new>

#include "platforms/base/checked.h"
#include "platforms/base/log.h"

namespace flint::efi {
namespace {

constexpr size_t kSlabSize = size_t{16} << 10;
constexpr std::array<uint16_t, 14> kClassSizes{
    16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048};
constexpr size_t kMaxSlots = kSlabSize / kClassSizes.front();
constexpr size_t kBitsPerWord = 64;
constexpr uint64_t kSlabSignature = 0x62616C'536C6F6F50;
constexpr uint64_t kLargeSignature = 0x656772'616C6C6F50;

}  // namespace

/// Stands at the start of its 16 KiB, which are aligned to their size.
struct alignas(64) PoolServices::Slab : ListNode<Slab> {
  uint64_t signature = kSlabSignature;
  Bin* bin = nullptr;
  uint32_t class_index = 0;
  uint32_t slot_count = 0;
  uint32_t used_count = 0;
  /// A bit a slot: set if it is in use, or does not exist.
  std::array<uint64_t, kMaxSlots / kBitsPerWord> used{};

  size_t slot_size() const { return kClassSizes[class_index]; }
  std::byte* slots() {
    return static_cast<std::byte*>(static_cast<void*>(this + 1));
  }
};

/// Stands before a large buffer, at the start of its pages.
struct alignas(64) PoolServices::LargeHeader {
  uint64_t signature = kLargeSignature;
  uint64_t page_count = 0;
};

PoolServices::PoolServices(PageServices& pages)
    : pages_(pages), other_bin_pool_(pages) {
  static_assert(kClassSizes.size() == kClassCount);
  static_assert(sizeof(LargeHeader) == 64);
  for (size_t i = 0; i < standard_bins_.size(); ++i) {
    standard_bins_[i].type = static_cast<abi::EFI_MEMORY_TYPE>(i);
  }
}

abi::EFI_STATUS PoolServices::AllocatePool(abi::EFI_MEMORY_TYPE pool_type,
                                           abi::UINTN size,
                                           abi::VOID** buffer) {
  if (!IsAllocatable(pool_type) || buffer == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  abi::VOID* allocated = nullptr;
  if (size > kClassSizes.back()) {
    allocated = AllocateLarge(pool_type, size);
  } else if (Bin* const bin = BinFor(pool_type)) {
    allocated = AllocateSmall(*bin, ClassFor(size));
  }
  if (allocated == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  *buffer = allocated;
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS PoolServices::FreePool(abi::VOID* buffer) {
  const uint64_t address =
      pages_.memory().AddressOf(static_cast<const std::byte*>(buffer));
  const auto owner = pages_.OwnerAt(address);
  if (owner && owner->use == PageUse::kPoolSlab) return FreeSmall(address);
  if (owner && owner->use == PageUse::kPoolLarge) {
    return FreeLarge(*owner, address);
  }
  return abi::EFI_INVALID_PARAMETER;
}

abi::VOID* PoolServices::Allocate(size_t size) {
  abi::VOID* buffer = nullptr;
  const abi::EFI_STATUS status =
      AllocatePool(abi::EfiBootServicesData, size, &buffer);
  return abi::EFI_ERROR(status) ? nullptr : buffer;
}

size_t PoolServices::ClassFor(size_t size) {
  return static_cast<size_t>(std::ranges::lower_bound(kClassSizes, size) -
                             kClassSizes.begin());
}

// OEM and OS types are few; theirs are made when first needed.
PoolServices::Bin* PoolServices::BinFor(abi::EFI_MEMORY_TYPE type) {
  if (type < standard_bins_.size()) return &standard_bins_[type];
  for (Bin* bin = other_bins_.front(); bin != nullptr;
       bin = other_bins_.Next(*bin)) {
    if (bin->type == type) return bin;
  }
  Bin* const bin = other_bin_pool_.New();
  if (bin != nullptr) {
    bin->type = type;
    other_bins_.push_front(*bin);
  }
  return bin;
}

abi::VOID* PoolServices::AllocateSmall(Bin& bin, size_t class_index) {
  IntrusiveList<Slab>& open = bin.open_slabs[class_index];
  Slab* slab = open.front();
  if (slab == nullptr) slab = NewSlab(bin, class_index);
  if (slab == nullptr) return nullptr;
  size_t word = 0;
  while (slab->used[word] == UINT64_MAX) ++word;
  const auto bit = static_cast<size_t>(std::countr_one(slab->used[word]));
  slab->used[word] |= uint64_t{1} << bit;
  if (++slab->used_count == slab->slot_count) {
    IntrusiveList<Slab>::Remove(*slab);
  }
  return slab->slots() + (word * kBitsPerWord + bit) * slab->slot_size();
}

PoolServices::Slab* PoolServices::NewSlab(Bin& bin, size_t class_index) {
  const std::span<std::byte> pages = pages_.Take({PageUse::kPoolSlab, bin.type},
                                                 kSlabSize / abi::EFI_PAGE_SIZE,
                                                 kSlabSize);
  if (pages.empty()) return nullptr;
  Slab* const slab = ::new (static_cast<void*>(pages.data())) Slab;
  slab->bin = &bin;
  slab->class_index = static_cast<uint32_t>(class_index);
  slab->slot_count =
      static_cast<uint32_t>((kSlabSize - sizeof(Slab)) / slab->slot_size());
  for (size_t slot = slab->slot_count; slot < kMaxSlots; ++slot) {
    slab->used[slot / kBitsPerWord] |= uint64_t{1} << slot % kBitsPerWord;
  }
  bin.open_slabs[class_index].push_back(*slab);
  return slab;
}

abi::EFI_STATUS PoolServices::FreeSmall(uint64_t address) {
  const uint64_t start = AlignDown(address, uint64_t{kSlabSize});
  const auto bytes = pages_.memory().Map(start, kSlabSize);
  if (!bytes) return abi::EFI_INVALID_PARAMETER;
  Slab& slab = *static_cast<Slab*>(static_cast<void*>(bytes->data()));
  if (slab.signature != kSlabSignature) {
    log::Error("UEFI pool at {:x} was overwritten", start);
    return abi::EFI_INVALID_PARAMETER;
  }
  const uint64_t offset = address - start;
  if (offset < sizeof(Slab)) return abi::EFI_INVALID_PARAMETER;
  const uint64_t slot = (offset - sizeof(Slab)) / slab.slot_size();
  uint64_t& word = slab.used[slot / kBitsPerWord];
  const uint64_t bit = uint64_t{1} << slot % kBitsPerWord;
  if ((offset - sizeof(Slab)) % slab.slot_size() != 0 ||
      slot >= slab.slot_count || (word & bit) == 0) {
    return abi::EFI_INVALID_PARAMETER;
  }
  word &= ~bit;
  IntrusiveList<Slab>& open = slab.bin->open_slabs[slab.class_index];
  if (slab.used_count-- == slab.slot_count) open.push_front(slab);
  // The last slab stays: who frees one buffer soon allocates another.
  if (slab.used_count == 0 && open.front() != open.back()) {
    IntrusiveList<Slab>::Remove(slab);
    slab.signature = 0;
    return pages_.GiveBack({PageUse::kPoolSlab, slab.bin->type}, *bytes);
  }
  return abi::EFI_SUCCESS;
}

abi::VOID* PoolServices::AllocateLarge(abi::EFI_MEMORY_TYPE type, size_t size) {
  const auto total = CheckedAdd(size, sizeof(LargeHeader));
  if (!total) return nullptr;
  const uint64_t page_count =
      DivideRoundUp<uint64_t>(*total, abi::EFI_PAGE_SIZE);
  const std::span<std::byte> pages =
      pages_.Take({PageUse::kPoolLarge, type}, page_count);
  if (pages.empty()) return nullptr;
  auto* const header = ::new (static_cast<void*>(pages.data())) LargeHeader;
  header->page_count = page_count;
  return header + 1;
}

abi::EFI_STATUS PoolServices::FreeLarge(PageOwner owner, uint64_t address) {
  const uint64_t start = address - sizeof(LargeHeader);
  if (!IsAligned(start, uint64_t{abi::EFI_PAGE_SIZE})) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const auto page = pages_.memory().Map(start, abi::EFI_PAGE_SIZE);
  if (!page) return abi::EFI_INVALID_PARAMETER;
  auto& header = *static_cast<LargeHeader*>(static_cast<void*>(page->data()));
  if (header.signature != kLargeSignature) return abi::EFI_INVALID_PARAMETER;
  const auto size = CheckedMul<uint64_t>(header.page_count, abi::EFI_PAGE_SIZE);
  if (!size) return abi::EFI_INVALID_PARAMETER;
  const auto pages = pages_.memory().Map(start, *size);
  if (!pages) return abi::EFI_INVALID_PARAMETER;
  // A page count that was overwritten is found out by the owner of the pages.
  return pages_.GiveBack(owner, *pages);
}

}  // namespace flint::efi
