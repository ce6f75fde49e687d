// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "boot/memory/memory_map.h"
#include "boot/paging/page_tables.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::paging {

/// Guest memory for code that follows addresses from tables and devices: gives
/// access only to what the memory map knows to be memory. Reserved ranges,
/// where VMMs keep tables, enter the page tables read-only when first asked
/// for.
class MappedMemory final : public GuestMemory {
 public:
  /// `identity` turns addresses into bytes. All must outlive this.
  MappedMemory(GuestMemory& identity,
               const memory::MemoryMap& map,
               PageTables& tables)
      : identity_(identity), map_(map), tables_(tables) {}

  /// kOutOfRange for page 0, and for ranges that touch a hole, device
  /// registers or unusable memory; kNoMemory if there is no room for page
  /// tables. A range may be read-only: only write to what you allocated.
  Result<std::span<std::byte>> Map(uint64_t address,
                                   uint64_t size_bytes) override;

  uint64_t AddressOf(const std::byte* bytes) override {
    return identity_.AddressOf(bytes);
  }

 private:
  Status MapReserved(uint64_t address, uint64_t end);

  GuestMemory& identity_;
  const memory::MemoryMap& map_;
  PageTables& tables_;
};

}  // namespace flint::paging
