// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "boot/memory/memory_map.h"
#include "boot/paging/page_tables.h"
#include "efi/memory/page_protection.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// Protections of RAM that UEFI images may use, in the page tables that map
/// it. Out of reach is whatever the memory map knows to be the firmware's own:
/// the image, its page tables and rings.
class RamProtection final : public efi::PageProtection {
 public:
  /// Both must outlive this. Everything is as `paging::MapAddressSpace` made
  /// it: RAM is not executable.
  RamProtection(const memory::MemoryMap& map, paging::PageTables& tables)
      : map_(map), tables_(tables) {}

  Status Set(uint64_t address,
             uint64_t size_bytes,
             uint64_t protections) override;
  Status Reset(uint64_t address, uint64_t size_bytes) override;
  Status AllowExecution() override;
  Result<uint64_t> Get(uint64_t address, uint64_t size_bytes) override;

  /// Makes all RAM writable and executable, the firmware's own too: from the
  /// moment an operating system owns it, it may put anything anywhere. The
  /// first error ends it.
  Status Lift();

 private:
  Status CheckReach(uint64_t address, uint64_t size_bytes) const;
  bool HasAccess(uint64_t address,
                 uint64_t size_bytes,
                 paging::Access access) const;

  const memory::MemoryMap& map_;
  paging::PageTables& tables_;
  paging::Access default_access_ = paging::Access::kReadWrite;
};

}  // namespace flint::boot
