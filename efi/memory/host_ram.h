// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "boot/memory/e820.h"
#include "boot/memory/memory_map.h"
#include "platforms/base/guest_memory.h"

namespace flint::efi {

/// Memory of the test's own process that plays the guest's, at the addresses
/// it really has: what UEFI hands out as addresses are pointers, so the
/// services can be called through their tables as an image would call them.
///
/// One at a time. Pages cost something only when touched.
class HostRam final : public GuestMemory {
 public:
  struct Layout {
    /// Below 4 GiB, at `kLowAddress`.
    uint64_t low_bytes = uint64_t{64} << 20;
    /// Above 4 GiB, wherever there is room; none if 0.
    uint64_t high_bytes = 0;
  };

  static constexpr uint64_t kLowAddress = 0x2000'0000;

  HostRam() : HostRam(Layout{}) {}
  explicit HostRam(const Layout& layout);
  ~HostRam() override;
  HostRam(const HostRam&) = delete;
  HostRam& operator=(const HostRam&) = delete;

  uint64_t low_bytes() const { return layout_.low_bytes; }
  uint64_t high_address() const { return high_address_; }
  uint64_t high_bytes() const { return layout_.high_bytes; }

  /// What a VMM would say of it. Below 1 MiB there is the RAM a PC has there,
  /// which nothing may touch: no memory is behind it.
  std::vector<memory::E820Entry> entries() const;

  /// A map of it. More entries may be built into it by the test.
  memory::MemoryMap& map() { return map_; }

  Result<std::span<std::byte>> Map(uint64_t address,
                                   uint64_t size_bytes) override;
  uint64_t AddressOf(const std::byte* bytes) override;

 private:
  Layout layout_;
  uint64_t high_address_ = 0;
  std::vector<memory::MemoryRange> storage_;
  memory::MemoryMap map_;
};

}  // namespace flint::efi
