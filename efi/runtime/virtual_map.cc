// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/virtual_map.h"

#include <cstring>

#include "platforms/base/checked.h"

namespace flint::efi {

abi::EFI_MEMORY_DESCRIPTOR VirtualMap::at(uint64_t index) const {
  abi::EFI_MEMORY_DESCRIPTOR descriptor;
  std::memcpy(&descriptor,
              descriptors_.data() + index * descriptor_size_,
              sizeof(descriptor));
  return descriptor;
}

std::optional<uint64_t> VirtualMap::Convert(uint64_t address) const {
  for (uint64_t i = 0; i < size(); ++i) {
    const abi::EFI_MEMORY_DESCRIPTOR descriptor = at(i);
    if ((descriptor.Attribute & abi::EFI_MEMORY_RUNTIME) == 0) continue;
    if (address < descriptor.PhysicalStart) continue;
    const uint64_t offset = address - descriptor.PhysicalStart;
    if (offset / abi::EFI_PAGE_SIZE >= descriptor.NumberOfPages) continue;
    const auto result = CheckedAdd(descriptor.VirtualStart, offset);
    return result ? std::optional(*result) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<uint64_t> VirtualMap::ConvertRange(uint64_t address,
                                                 uint64_t size_bytes) const {
  const auto start = Convert(address);
  if (!start) return std::nullopt;
  const uint64_t last = address + (size_bytes - 1);
  // The map may have cut the range between any two pages.
  for (uint64_t page =
           AlignDown(address, abi::EFI_PAGE_SIZE) + abi::EFI_PAGE_SIZE;
       page <= last && page > address;
       page += abi::EFI_PAGE_SIZE) {
    const auto converted = Convert(page);
    if (!converted || *converted - *start != page - address) {
      return std::nullopt;
    }
  }
  const auto end = Convert(last);
  if (!end || *end - *start != last - address) return std::nullopt;
  return start;
}

}  // namespace flint::efi
