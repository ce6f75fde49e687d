// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "boot/memory/memory_map.h"
#include "efi/abi/memory.h"

namespace flint::efi {

/// Which service pages were allocated by: what one hands out the other must not
/// take back.
enum class PageUse : uint8_t {
  kPages = 1,      // AllocatePages
  kPoolSlab = 2,   // many small pool buffers
  kPoolLarge = 3,  // one pool buffer
  kServices = 4,   // the services' own objects
};

/// What the UEFI services record as the owner of a range of the memory map.
struct PageOwner {
  PageUse use;
  abi::EFI_MEMORY_TYPE type;

  /// The owner in the map's terms; never 0, which is the firmware outside of
  /// the UEFI services.
  constexpr uint64_t Encode() const {
    return static_cast<uint64_t>(use) << 32 | static_cast<uint32_t>(type);
  }

  /// Nothing if the range was not allocated by a UEFI service.
  static constexpr std::optional<PageOwner> Decode(
      const memory::MemoryRange& range) {
    if (!memory::IsAllocated(range.type) || range.owner == 0) {
      return std::nullopt;
    }
    return PageOwner{static_cast<PageUse>(range.owner >> 32),
                     static_cast<abi::EFI_MEMORY_TYPE>(range.owner)};
  }

  friend bool operator==(const PageOwner&, const PageOwner&) = default;
};

/// True if memory may be allocated as that type. [uefi-2.10 7.2.1]
bool IsAllocatable(abi::EFI_MEMORY_TYPE type);

/// How long memory of that type has to stay: what a kernel started without UEFI
/// must leave alone is `kRuntime`.
memory::MemoryUse UseOf(abi::EFI_MEMORY_TYPE type);

/// What the UEFI memory map says of a range.
struct RangeView {
  abi::EFI_MEMORY_TYPE type;
  uint64_t attributes;

  friend bool operator==(const RangeView&, const RangeView&) = default;
};
RangeView ViewOf(const memory::MemoryRange& range);

}  // namespace flint::efi
