// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <ostream>
#include <vector>

#include "boot/paging/page_tables.h"
#include "platforms/base/guest_memory.h"

namespace flint::paging {

/// A stretch of addresses that page tables lead on in one way.
struct Mapping {
  uint64_t virtual_address = 0;
  uint64_t physical_address = 0;
  uint64_t size_bytes = 0;
  bool writable = false;
  bool executable = false;
  bool uncached = false;

  friend bool operator==(const Mapping&, const Mapping&) = default;
};

void PrintTo(const Mapping& mapping, std::ostream* out);

/// Walks page tables as the processor would, knowing nothing of how they were
/// made: permissions of all levels combine, reserved bits fail the test.
/// Neighbouring pages that continue one another are joined. [sdm 3A 4.5, 4.6]
std::vector<Mapping> WalkPageTables(GuestMemory& memory,
                                    uint64_t root,
                                    const PagingFeatures& features);

}  // namespace flint::paging
