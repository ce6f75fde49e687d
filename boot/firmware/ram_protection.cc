// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/ram_protection.h"

#include <algorithm>
#include <optional>

#include "efi/abi/memory.h"
#include "platforms/base/checked.h"

namespace flint::boot {
namespace {

using efi::abi::EFI_MEMORY_RO;
using efi::abi::EFI_MEMORY_RP;
using efi::abi::EFI_MEMORY_XP;
using memory::MemoryRange;
using memory::MemoryType;
using paging::Access;

Access AccessFor(uint64_t protections) {
  const bool executable = (protections & EFI_MEMORY_XP) == 0;
  if ((protections & EFI_MEMORY_RO) != 0) {
    return executable ? Access::kReadExecute : Access::kReadOnly;
  }
  return executable ? Access::kReadWriteExecute : Access::kReadWrite;
}

uint64_t ProtectionsOf(const std::optional<paging::Translation>& page) {
  if (!page) return EFI_MEMORY_RP;
  switch (page->attributes.access) {
    case Access::kReadOnly:
      return EFI_MEMORY_RO | EFI_MEMORY_XP;
    case Access::kReadWrite:
      return EFI_MEMORY_XP;
    case Access::kReadExecute:
      return EFI_MEMORY_RO;
    case Access::kReadWriteExecute:
      return 0;
  }
  return 0;
}

/// Memory that an image may have been given, or be given.
bool IsWithinReach(const MemoryRange& range) {
  if (memory::IsAllocated(range.type)) return range.owner != 0;
  return range.type == MemoryType::kFree ||
         range.type == MemoryType::kAcpiReclaim ||
         range.type == MemoryType::kAcpiNvs;
}

/// The first free range that ends after `address`, or null.
const MemoryRange* NextFree(const memory::MemoryMap& map, uint64_t address) {
  const auto ranges = map.ranges();
  const auto next = std::ranges::find_if(ranges, [&](const MemoryRange& range) {
    return range.end > address && range.type == MemoryType::kFree;
  });
  return next == ranges.end() ? nullptr : &*next;
}

/// Where the page that `translation` describes ends, or the next small one.
uint64_t EndOfPage(uint64_t address,
                   const std::optional<paging::Translation>& page) {
  const uint64_t size = page ? page->page_bytes : memory::kPageSizeBytes;
  return AlignDown(address, size) + size;
}

}  // namespace

Status RamProtection::Set(uint64_t address,
                          uint64_t size_bytes,
                          uint64_t protections) {
  TRY(CheckReach(address, size_bytes));
  if ((protections & EFI_MEMORY_RP) != 0) {
    return tables_.Unmap(address, size_bytes);
  }
  if ((protections & EFI_MEMORY_XP) != 0 && !tables_.features().no_execute) {
    return Fail(ErrorCode::kUnsupported, "processor executes all memory");
  }
  // Most pages are as they are wanted, once execution is allowed.
  const Access access = AccessFor(protections);
  if (HasAccess(address, size_bytes, access)) return {};
  return tables_.MapIdentity(address, size_bytes, {.access = access});
}

Status RamProtection::Reset(uint64_t address, uint64_t size_bytes) {
  TRY(CheckReach(address, size_bytes));
  // Most pages are given back as they were.
  if (HasAccess(address, size_bytes, default_access_)) return {};
  return tables_.MapIdentity(address, size_bytes, {.access = default_access_});
}

Status RamProtection::AllowExecution() {
  if (default_access_ == Access::kReadWriteExecute) return {};
  if (!tables_.features().no_execute) return {};
  uint64_t at = 0;
  // Looked up each time: new page tables change the map.
  while (const MemoryRange* const range = NextFree(map_, at)) {
    const uint64_t start = std::max(range->address, at);
    const uint64_t end = range->end;
    TRY(tables_.MapIdentity(
        start, end - start, {.access = Access::kReadWriteExecute}));
    at = end;
  }
  default_access_ = Access::kReadWriteExecute;
  return {};
}

Result<uint64_t> RamProtection::Get(uint64_t address, uint64_t size_bytes) {
  TRY(CheckReach(address, size_bytes));
  const uint64_t protections = ProtectionsOf(tables_.Translate(address));
  for (uint64_t at = address; at < address + size_bytes;) {
    const auto page = tables_.Translate(at);
    if (ProtectionsOf(page) != protections) {
      return Fail(ErrorCode::kInvalidArgument,
                  "pages are protected differently");
    }
    at = EndOfPage(at, page);
  }
  return tables_.features().no_execute ? protections
                                       : protections & ~EFI_MEMORY_XP;
}

Status RamProtection::Lift() {
  const auto ranges = map_.ranges();
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (!memory::IsUsableRam(ranges[i].type)) continue;
    const uint64_t start = ranges[i].address;
    // As one, so that no large page has to be split: a new page table would be
    // where the operating system was told that nothing is.
    while (i + 1 < ranges.size() && memory::IsUsableRam(ranges[i + 1].type) &&
           ranges[i + 1].address == ranges[i].end) {
      ++i;
    }
    TRY(tables_.MapIdentity(
        start, ranges[i].end - start, {.access = Access::kReadWriteExecute}));
  }
  return {};
}

Status RamProtection::CheckReach(uint64_t address, uint64_t size_bytes) const {
  const uint64_t end = TRY(CheckedAdd(address, size_bytes));
  uint64_t at = address;
  while (at < end) {
    const MemoryRange* const range = map_.Find(at);
    if (range == nullptr || !IsWithinReach(*range)) {
      return Fail(ErrorCode::kOutOfRange, "memory cannot be protected");
    }
    at = range->end;
  }
  return {};
}

bool RamProtection::HasAccess(uint64_t address,
                              uint64_t size_bytes,
                              Access access) const {
  for (uint64_t at = address; at < address + size_bytes;) {
    const auto page = tables_.Translate(at);
    if (!page || page->attributes.access != access) return false;
    at = EndOfPage(at, page);
  }
  return true;
}

}  // namespace flint::boot
