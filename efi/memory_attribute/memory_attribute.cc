// SPDX-License-Identifier: Apache-2.0
#include "efi/memory_attribute/memory_attribute.h"

#include <optional>

#include "efi/memory/memory_types.h"
#include "platforms/base/result.h"

namespace flint::efi {
namespace {

using abi::EFI_MEMORY_ATTRIBUTE_PROTOCOL;
using abi::EFI_PHYSICAL_ADDRESS;
using abi::EFI_STATUS;
using abi::UINT64;

constexpr uint64_t kAccessMask =
    abi::EFI_MEMORY_RP | abi::EFI_MEMORY_XP | abi::EFI_MEMORY_RO;

EFI_STATUS EFIAPI GetMemoryAttributes(EFI_MEMORY_ATTRIBUTE_PROTOCOL* self,
                                      EFI_PHYSICAL_ADDRESS address,
                                      UINT64 size,
                                      UINT64* attributes) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return static_cast<MemoryAttribute*>(self)->Get(address, size, attributes);
}

EFI_STATUS EFIAPI SetMemoryAttributes(EFI_MEMORY_ATTRIBUTE_PROTOCOL* self,
                                      EFI_PHYSICAL_ADDRESS address,
                                      UINT64 size,
                                      UINT64 attributes) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return static_cast<MemoryAttribute*>(self)->Change(
      address, size, attributes, MemoryAttribute::Action::kSet);
}

EFI_STATUS EFIAPI ClearMemoryAttributes(EFI_MEMORY_ATTRIBUTE_PROTOCOL* self,
                                        EFI_PHYSICAL_ADDRESS address,
                                        UINT64 size,
                                        UINT64 attributes) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return static_cast<MemoryAttribute*>(self)->Change(
      address, size, attributes, MemoryAttribute::Action::kClear);
}

EFI_STATUS StatusOf(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kInvalidArgument:
      return abi::EFI_NO_MAPPING;
    case ErrorCode::kNoMemory:
      return abi::EFI_OUT_OF_RESOURCES;
    case ErrorCode::kTruncated:
    case ErrorCode::kCorrupt:
    case ErrorCode::kUnsupported:
    case ErrorCode::kNotFound:
    case ErrorCode::kOutOfRange:
    case ErrorCode::kDeviceError:
    case ErrorCode::kTimedOut:
    case ErrorCode::kReadOnly:
      break;
  }
  return abi::EFI_UNSUPPORTED;
}

/// What holds for every range: EFI_SUCCESS if it can be looked at.
EFI_STATUS CheckRange(uint64_t address, uint64_t size_bytes) {
  if (size_bytes == 0) return abi::EFI_INVALID_PARAMETER;
  const bool whole_pages = (address | size_bytes) % abi::EFI_PAGE_SIZE == 0;
  if (!whole_pages || address + size_bytes < address) {
    return abi::EFI_UNSUPPORTED;
  }
  return abi::EFI_SUCCESS;
}

/// True for what images have or may have, and false for what the firmware
/// itself stands on, or shares among them.
bool IsImages(const memory::MemoryRange& range) {
  if (range.type == memory::MemoryType::kFree) return true;
  const std::optional<PageOwner> owner = PageOwner::Decode(range);
  return owner &&
         (owner->use == PageUse::kPages || owner->use == PageUse::kPoolLarge);
}

}  // namespace

MemoryAttribute::MemoryAttribute(const memory::MemoryMap& map,
                                 PageProtection& protection)
    : EFI_MEMORY_ATTRIBUTE_PROTOCOL{.GetMemoryAttributes =
                                        efi::GetMemoryAttributes,
                                    .SetMemoryAttributes =
                                        efi::SetMemoryAttributes,
                                    .ClearMemoryAttributes =
                                        efi::ClearMemoryAttributes},
      map_(map),
      protection_(protection) {}

EFI_STATUS MemoryAttribute::Get(uint64_t address,
                                uint64_t size_bytes,
                                UINT64* attributes) {
  if (attributes == nullptr) return abi::EFI_INVALID_PARAMETER;
  const EFI_STATUS status = CheckRange(address, size_bytes);
  if (abi::EFI_ERROR(status)) return status;
  const Result<uint64_t> found = protection_.Get(address, size_bytes);
  if (!found) return StatusOf(found.error());
  *attributes = *found;
  return abi::EFI_SUCCESS;
}

EFI_STATUS MemoryAttribute::Change(uint64_t address,
                                   uint64_t size_bytes,
                                   uint64_t attributes,
                                   Action action) {
  if (attributes == 0 || (attributes & ~kAccessMask) != 0) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const EFI_STATUS status = CheckRange(address, size_bytes);
  if (abi::EFI_ERROR(status)) return status;
  // Nothing is changed if any of it cannot be.
  const Result<uint64_t> all = protection_.Get(address, size_bytes);
  if (!all && all.error().code() != ErrorCode::kInvalidArgument) {
    return StatusOf(all.error());
  }
  const uint64_t end = address + size_bytes;
  if (!MayChange(address, end)) return abi::EFI_ACCESS_DENIED;

  while (address != end) {
    // Pages that are alike are changed at once.
    uint64_t run = end - address;
    Result<uint64_t> current = protection_.Get(address, run);
    while (!current && run > abi::EFI_PAGE_SIZE) {
      run = (run / 2 + abi::EFI_PAGE_SIZE - 1) & ~(abi::EFI_PAGE_SIZE - 1);
      current = protection_.Get(address, run);
    }
    if (!current) return StatusOf(current.error());
    const uint64_t wanted =
        action == Action::kSet ? *current | attributes : *current & ~attributes;
    if (wanted != *current) {
      const Status changed = protection_.Set(address, run, wanted);
      if (!changed) return StatusOf(changed.error());
    }
    address += run;
  }
  return abi::EFI_SUCCESS;
}

bool MemoryAttribute::MayChange(uint64_t address, uint64_t end) const {
  while (address < end) {
    const memory::MemoryRange* const range = map_.Find(address);
    if (range == nullptr || !IsImages(*range)) return false;
    address = range->end;
  }
  return true;
}

}  // namespace flint::efi
