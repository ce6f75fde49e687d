// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/memory_attributes.h"

#include <algorithm>
#include <cstring>

#include "platforms/base/check.h"

namespace flint::efi {
namespace {

constexpr uint32_t kVersion = 1;
constexpr size_t kHeaderBytes = sizeof(abi::EFI_MEMORY_ATTRIBUTES_TABLE);
constexpr size_t kEntryBytes = sizeof(abi::EFI_MEMORY_DESCRIPTOR);

}  // namespace

MemoryAttributesBuilder::MemoryAttributesBuilder(
    MutableBytes memory, std::span<const ProtectedPages> known)
    : memory_(memory), known_(known) {
  FLINT_CHECK(memory.size() >= kHeaderBytes, "no room for a table");
  WriteHeader();
}

void MemoryAttributesBuilder::WriteHeader() {
  const abi::EFI_MEMORY_ATTRIBUTES_TABLE header{.Version = kVersion,
                                                .NumberOfEntries = count_,
                                                .DescriptorSize = kEntryBytes,
                                                .Flags = 0};
  std::memcpy(memory_.data(), &header, sizeof(header));
}

size_t MemoryAttributesBuilder::size_bytes() const {
  return kHeaderBytes + count_ * kEntryBytes;
}

bool MemoryAttributesBuilder::Append(
    const abi::EFI_MEMORY_DESCRIPTOR& descriptor,
    uint64_t start,
    uint64_t end,
    uint64_t protections) {
  if (start >= end) return true;
  if (memory_.size() < size_bytes() + kEntryBytes) return false;
  const abi::EFI_MEMORY_DESCRIPTOR entry{
      .Type = descriptor.Type,
      .PhysicalStart = start,
      .VirtualStart = 0,
      .NumberOfPages = (end - start) / abi::EFI_PAGE_SIZE,
      .Attribute = abi::EFI_MEMORY_RUNTIME | protections};
  std::memcpy(memory_.data() + size_bytes(), &entry, sizeof(entry));
  ++count_;
  WriteHeader();
  return true;
}

bool MemoryAttributesBuilder::Add(
    const abi::EFI_MEMORY_DESCRIPTOR& descriptor) {
  const bool is_code = descriptor.Type == abi::EfiRuntimeServicesCode;
  if (!is_code && descriptor.Type != abi::EfiRuntimeServicesData) return true;
  const uint64_t others = is_code ? 0 : abi::EFI_MEMORY_XP;
  uint64_t start = descriptor.PhysicalStart;
  const uint64_t end = start + descriptor.NumberOfPages * abi::EFI_PAGE_SIZE;
  for (const ProtectedPages& known : known_) {
    const uint64_t known_start = std::max(known.address, start);
    const uint64_t known_end =
        std::min(known.address + known.page_count * abi::EFI_PAGE_SIZE, end);
    if (known_start >= known_end) continue;
    if (!Append(descriptor, start, known_start, others) ||
        !Append(descriptor, known_start, known_end, known.protections)) {
      return false;
    }
    start = known_end;
  }
  return Append(descriptor, start, end, others);
}

}  // namespace flint::efi
