// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "boot/memory/memory_map.h"
#include "boot/paging/page_tables.h"
#include "drivers/io/device_mapper.h"
#include "drivers/io/mmio.h"
#include "platforms/base/result.h"

namespace flint::paging {

/// Device registers in the page tables: uncached, writable, mapped when first
/// asked for. Windows below 2^47 are identity-mapped; what four levels of page
/// tables cannot identity-map gets an address in the upper half.
class DeviceWindows final : public io::DeviceMapper {
 public:
  /// Both must outlive this.
  constexpr DeviceWindows(PageTables& tables, const memory::MemoryMap& map)
      : tables_(tables), map_(map) {}

  Result<io::RegisterIo*> Map(uint64_t address, uint64_t size_bytes) override;

 private:
  struct Window {
    uint64_t physical_address;
    io::Mmio registers;
  };

  static constexpr size_t kMaxWindows = 256;
  static constexpr uint64_t kUpperHalf = 0xFFFF'8000'0000'0000;

  io::Mmio* Known(uint64_t address, uint64_t size_bytes);
  bool TouchesMemory(uint64_t address, uint64_t end) const;

  PageTables& tables_;
  const memory::MemoryMap& map_;
  std::array<std::optional<Window>, kMaxWindows> windows_;
  size_t window_count_ = 0;
  uint64_t next_upper_address_ = kUpperHalf;
};

}  // namespace flint::paging
