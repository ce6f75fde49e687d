// SPDX-License-Identifier: Apache-2.0
#include "efi/memory/page_services.h"

#include <cstring>

#include "platforms/base/check.h"
#include "platforms/base/checked.h"

namespace flint::efi {
namespace {

using memory::MemoryRange;
using memory::PageRequest;

constexpr uint64_t kLast32BitAddress = 0xFFFF'FFFF;

/// Walks the memory map as UEFI sees it: adjacent ranges joined where nothing
/// that a descriptor tells differs.
class DescriptorCursor {
 public:
  explicit DescriptorCursor(const memory::MemoryMap& map)
      : ranges_(map.ranges()) {}

  std::optional<abi::EFI_MEMORY_DESCRIPTOR> Next() {
    if (ranges_.empty()) return std::nullopt;
    const uint64_t start = ranges_.front().address;
    const RangeView view = ViewOf(ranges_.front());
    uint64_t end = start;
    while (!ranges_.empty() && ranges_.front().address == end &&
           ViewOf(ranges_.front()) == view) {
      end = ranges_.front().end;
      ranges_ = ranges_.subspan(1);
    }
    return abi::EFI_MEMORY_DESCRIPTOR{
        .Type = view.type,
        .PhysicalStart = start,
        .VirtualStart = 0,
        .NumberOfPages = (end - start) / abi::EFI_PAGE_SIZE,
        .Attribute = view.attributes};
  }

 private:
  std::span<const MemoryRange> ranges_;
};

size_t CountDescriptors(const memory::MemoryMap& map) {
  size_t count = 0;
  for (DescriptorCursor cursor(map); cursor.Next();) ++count;
  return count;
}

/// Where programs are put by others than the image loader. Data is among it:
/// kernels are unpacked to such pages by loaders that never ask for execution.
bool IsRunByLoaders(abi::EFI_MEMORY_TYPE type) {
  return type == abi::EfiLoaderCode || type == abi::EfiLoaderData ||
         type == abi::EfiBootServicesCode ||
         type == abi::EfiRuntimeServicesCode;
}

}  // namespace

template <typename Predicate>
bool PageServices::AllOwned(uint64_t address,
                            uint64_t end,
                            Predicate is_expected) const {
  while (address < end) {
    const MemoryRange* range = map_.Find(address);
    const auto owner =
        range == nullptr ? std::nullopt : PageOwner::Decode(*range);
    if (!owner || !is_expected(*owner)) return false;
    address = range->end;
  }
  return true;
}

abi::EFI_STATUS PageServices::AllocatePages(abi::EFI_ALLOCATE_TYPE type,
                                            abi::EFI_MEMORY_TYPE memory_type,
                                            abi::UINTN pages,
                                            abi::EFI_PHYSICAL_ADDRESS* memory) {
  if (type >= abi::MaxAllocateType || !IsAllocatable(memory_type) ||
      memory == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const PageOwner owner{PageUse::kPages, memory_type};
  std::optional<uint64_t> address;
  if (type == abi::AllocateAddress) {
    if (!IsAligned(*memory, uint64_t{abi::EFI_PAGE_SIZE})) {
      return abi::EFI_INVALID_PARAMETER;
    }
    address = AllocateAt(owner, pages, *memory);
  } else if (type == abi::AllocateMaxAddress) {
    address = AllocateBelow(owner, pages, *memory);
  } else {
    address = AllocateAny(owner, pages, abi::EFI_PAGE_SIZE);
  }
  if (!address) {
    return type == abi::AllocateAddress ? abi::EFI_NOT_FOUND
                                        : abi::EFI_OUT_OF_RESOURCES;
  }
  *memory = *address;
  NotifyChange();
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS PageServices::FreePages(abi::EFI_PHYSICAL_ADDRESS memory,
                                        abi::UINTN pages) {
  const auto size = CheckedMul<uint64_t>(pages, abi::EFI_PAGE_SIZE);
  const auto end = size ? CheckedAdd(memory, *size) : size;
  if (!IsAligned(memory, uint64_t{abi::EFI_PAGE_SIZE}) || pages == 0 || !end) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const auto is_page = [](PageOwner owner) {
    return owner.use == PageUse::kPages;
  };
  if (!AllOwned(memory, *end, is_page)) return abi::EFI_NOT_FOUND;
  const abi::EFI_STATUS status = Release(memory, pages);
  if (!abi::EFI_ERROR(status)) NotifyChange();
  return status;
}

abi::EFI_STATUS PageServices::GetMemoryMap(
    abi::UINTN* memory_map_size,
    abi::EFI_MEMORY_DESCRIPTOR* memory_map,
    abi::UINTN* map_key,
    abi::UINTN* descriptor_size,
    abi::UINT32* descriptor_version) {
  if (memory_map_size == nullptr) return abi::EFI_INVALID_PARAMETER;
  if (descriptor_size != nullptr) *descriptor_size = kDescriptorSize;
  if (descriptor_version != nullptr) {
    *descriptor_version = abi::EFI_MEMORY_DESCRIPTOR_VERSION;
  }
  const size_t needed = CountDescriptors(map_) * kDescriptorSize;
  if (*memory_map_size < needed) {
    *memory_map_size = needed;
    return abi::EFI_BUFFER_TOO_SMALL;
  }
  if (memory_map == nullptr) return abi::EFI_INVALID_PARAMETER;
  auto* out = static_cast<std::byte*>(static_cast<void*>(memory_map));
  DescriptorCursor cursor(map_);
  while (const auto descriptor = cursor.Next()) {
    std::memset(out, 0, kDescriptorSize);
    std::memcpy(out, &*descriptor, sizeof(*descriptor));
    out += kDescriptorSize;
  }
  *memory_map_size = needed;
  if (map_key != nullptr) *map_key = PageServices::map_key();
  return abi::EFI_SUCCESS;
}

std::span<std::byte> PageServices::Take(PageOwner owner,
                                        uint64_t page_count,
                                        uint64_t alignment_bytes) {
  const auto address = AllocateAny(owner, page_count, alignment_bytes);
  if (!address) return {};
  const auto pages = memory_.Map(*address, page_count * abi::EFI_PAGE_SIZE);
  FLINT_CHECK(pages.has_value(), "allocated pages are not mapped");
  NotifyChange();
  return *pages;
}

abi::EFI_STATUS PageServices::GiveBack(PageOwner owner,
                                       std::span<std::byte> pages) {
  const uint64_t address = memory_.AddressOf(pages.data());
  const auto is_owner = [owner](PageOwner other) { return other == owner; };
  if (!AllOwned(address, address + pages.size(), is_owner)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const abi::EFI_STATUS status =
      Release(address, pages.size() / abi::EFI_PAGE_SIZE);
  if (!abi::EFI_ERROR(status)) NotifyChange();
  return status;
}

std::optional<PageOwner> PageServices::OwnerAt(uint64_t address) const {
  const MemoryRange* range = map_.Find(address);
  return range == nullptr ? std::nullopt : PageOwner::Decode(*range);
}

std::span<std::byte> PageServices::TakePages(uint64_t page_count) {
  return Take({PageUse::kServices, abi::EfiBootServicesData}, page_count);
}

std::optional<uint64_t> PageServices::AllocateAny(PageOwner owner,
                                                  uint64_t page_count,
                                                  uint64_t alignment_bytes) {
  PageRequest request{.page_count = page_count,
                      .alignment_bytes = alignment_bytes,
                      .max_address = kLast32BitAddress};
  if (const auto address = Allocate(owner, request)) return address;
  request.max_address = UINT64_MAX;
  return Allocate(owner, request);
}

std::optional<uint64_t> PageServices::AllocateBelow(PageOwner owner,
                                                    uint64_t page_count,
                                                    uint64_t max_address) {
  return Allocate(owner,
                  {.page_count = page_count,
                   .max_address = max_address,
                   .low_memory = true});
}

std::optional<uint64_t> PageServices::AllocateAt(PageOwner owner,
                                                 uint64_t page_count,
                                                 uint64_t address) {
  const auto size = CheckedMul<uint64_t>(page_count, abi::EFI_PAGE_SIZE);
  const auto end = size ? CheckedAdd(address, *size) : size;
  if (!end || page_count == 0) return std::nullopt;
  // A window in which nothing but the wanted place has room.
  const auto found = Allocate(owner,
                              {.page_count = page_count,
                               .min_address = address,
                               .max_address = *end - 1,
                               .low_memory = true});
  FLINT_CHECK(!found || *found == address, "allocation beyond its window");
  return found;
}

std::optional<uint64_t> PageServices::Allocate(PageOwner owner,
                                               PageRequest request) {
  request.use = UseOf(owner.type);
  request.owner = owner.Encode();
  const Result<uint64_t> address = map_.Allocate(request);
  if (!address) return std::nullopt;
  if (protection_ != nullptr && IsRunByLoaders(owner.type)) {
    const Status open =
        protection_->Set(*address, request.page_count * abi::EFI_PAGE_SIZE, 0);
    if (!open) {
      static_cast<void>(map_.Free(*address, request.page_count));
      return std::nullopt;
    }
  }
  return *address;
}

abi::EFI_STATUS PageServices::Release(uint64_t address, uint64_t page_count) {
  if (protection_ != nullptr) {
    // The next owner gets pages as all others are; those that cannot be made
    // so must not get one.
    const Status open =
        protection_->Reset(address, page_count * abi::EFI_PAGE_SIZE);
    if (!open) return abi::EFI_OUT_OF_RESOURCES;
  }
  const Status freed = map_.Free(address, page_count);
  return freed ? abi::EFI_SUCCESS : abi::EFI_OUT_OF_RESOURCES;
}

void PageServices::NotifyChange() {
  if (observer_ != nullptr) observer_->OnMemoryMapChanged();
}

}  // namespace flint::efi
