// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "platforms/base/result.h"

namespace flint::memory {

inline constexpr uint64_t kPageSizeBytes = 4096;

/// What a range of memory is for. The page allocator records it in the one
/// memory map, from which every other view is rendered.
enum class MemoryUse : uint8_t {
  kFirmware,  // ours, until hand-over: buffers, page tables, rings
  kKernel,    // a loaded kernel, its command line, zero page, initrd
  kRuntime,   // must survive the operating system's start
};

/// Which end of the allowed range to search from.
enum class Search : uint8_t { kLowestFirst, kHighestFirst };

/// How many pages, and where they may be.
struct PageRequest {
  uint64_t page_count;
  uint64_t alignment_bytes = kPageSizeBytes;
  uint64_t min_address = 0;
  /// Last address that may belong to the allocation.
  uint64_t max_address = UINT64_MAX;
  /// Whether memory below 1 MiB will do.
  bool low_memory = false;
  Search search = Search::kHighestFirst;
  MemoryUse use = MemoryUse::kFirmware;
  /// Recorded with the pages and told apart from other owners', otherwise
  /// without meaning here: a place for UEFI's memory type.
  uint64_t owner = 0;
};

/// Hands out free RAM. Never page 0, below 1 MiB only where that is asked for,
/// never a range the VMM did not call RAM.
class PageAllocator {
 public:
  virtual ~PageAllocator() = default;

  /// The address of the pages (contents undefined), or kNoMemory.
  virtual Result<uint64_t> Allocate(const PageRequest& request) = 0;

  /// Takes exactly [address, address + pages), or kNoMemory if any of it is
  /// not free.
  virtual Status AllocateAt(uint64_t address,
                            uint64_t page_count,
                            MemoryUse use) = 0;

  /// Returns pages. kNotFound if they were not allocated.
  virtual Status Free(uint64_t address, uint64_t page_count) = 0;
};

}  // namespace flint::memory
