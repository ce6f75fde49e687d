// SPDX-License-Identifier: Apache-2.0
#include "efi/memory/memory_types.h"

namespace flint::efi {
namespace {

using memory::MemoryType;

constexpr uint64_t kRamAttributes = abi::EFI_MEMORY_UC | abi::EFI_MEMORY_WC |
                                    abi::EFI_MEMORY_WT | abi::EFI_MEMORY_WB;

bool IsRuntime(abi::EFI_MEMORY_TYPE type) {
  return type == abi::EfiRuntimeServicesCode ||
         type == abi::EfiRuntimeServicesData;
}

bool IsReclaimable(abi::EFI_MEMORY_TYPE type) {
  return type == abi::EfiLoaderCode || type == abi::EfiLoaderData ||
         type == abi::EfiBootServicesCode || type == abi::EfiBootServicesData;
}

}  // namespace

bool IsAllocatable(abi::EFI_MEMORY_TYPE type) {
  const bool in_gap =
      type >= abi::EfiMaxMemoryType && type < abi::MEMORY_TYPE_OEM_RESERVED_MIN;
  return !in_gap && type != abi::EfiConventionalMemory &&
         type != abi::EfiPersistentMemory &&
         type != abi::EfiUnacceptedMemoryType;
}

memory::MemoryUse UseOf(abi::EFI_MEMORY_TYPE type) {
  return IsReclaimable(type) ? memory::MemoryUse::kFirmware
                             : memory::MemoryUse::kRuntime;
}

RangeView ViewOf(const memory::MemoryRange& range) {
  if (const auto owner = PageOwner::Decode(range)) {
    const bool runtime = IsRuntime(owner->type);
    return {owner->type,
            kRamAttributes | (runtime ? abi::EFI_MEMORY_RUNTIME : 0)};
  }
  switch (range.type) {
    case MemoryType::kFree:
      return {abi::EfiConventionalMemory, kRamAttributes};
    case MemoryType::kAcpiReclaim:
      return {abi::EfiACPIReclaimMemory, kRamAttributes};
    case MemoryType::kAcpiNvs:
      return {abi::EfiACPIMemoryNVS, kRamAttributes};
    case MemoryType::kPersistent:
      return {abi::EfiPersistentMemory, kRamAttributes | abi::EFI_MEMORY_NV};
    case MemoryType::kMmio:
      return {abi::EfiMemoryMappedIO, abi::EFI_MEMORY_UC};
    case MemoryType::kRuntimeMmio:
      return {abi::EfiMemoryMappedIO,
              abi::EFI_MEMORY_UC | abi::EFI_MEMORY_RUNTIME};
    case MemoryType::kReserved:
      return {abi::EfiReservedMemoryType, abi::EFI_MEMORY_UC};
    case MemoryType::kUnusable:
      return {abi::EfiUnusableMemory, abi::EFI_MEMORY_UC};
    case MemoryType::kImage:
      return {abi::EfiBootServicesCode, kRamAttributes};
    case MemoryType::kModule:
    case MemoryType::kFirmware:
      return {abi::EfiBootServicesData, kRamAttributes};
    case MemoryType::kKernel:
      return {abi::EfiLoaderData, kRamAttributes};
    case MemoryType::kRuntime:
      return {abi::EfiReservedMemoryType, kRamAttributes};
  }
  return {abi::EfiReservedMemoryType, abi::EFI_MEMORY_UC};
}

}  // namespace flint::efi
