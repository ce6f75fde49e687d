// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "boot/memory/memory_map.h"
#include "efi/abi/protocol/memory_attribute.h"
#include "efi/abi/status.h"
#include "efi/memory/page_protection.h"

namespace flint::efi {

/// EFI_MEMORY_ATTRIBUTE_PROTOCOL over page protections: how loaders that lay
/// out an image themselves make its code executable and its data not.
/// [uefi-2.10 37.7]
class MemoryAttribute final : public abi::EFI_MEMORY_ATTRIBUTE_PROTOCOL {
 public:
  /// Both must outlive this.
  MemoryAttribute(const memory::MemoryMap& map, PageProtection& protection);
  MemoryAttribute(const MemoryAttribute&) = delete;
  MemoryAttribute& operator=(const MemoryAttribute&) = delete;

  abi::EFI_STATUS Get(uint64_t address,
                      uint64_t size_bytes,
                      abi::UINT64* attributes);

  enum class Action : uint8_t { kSet, kClear };
  abi::EFI_STATUS Change(uint64_t address,
                         uint64_t size_bytes,
                         uint64_t attributes,
                         Action action);

 private:
  bool MayChange(uint64_t address, uint64_t end) const;

  const memory::MemoryMap& map_;
  PageProtection& protection_;
};

}  // namespace flint::efi
