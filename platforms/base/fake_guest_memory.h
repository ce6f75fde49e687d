// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"

namespace flint {

/// Guest memory made of the regions a test adds, and nothing between them.
/// Stricter than the real thing: a mapping must lie within one region, so that
/// an access across what a test means to be the end is refused.
class FakeGuestMemory final : public GuestMemory {
 public:
  /// Adds [address, address + size_bytes), filled with garbage (0xA5), and
  /// returns it. Each region is its own allocation, so that a sanitizer sees
  /// accesses beyond it. A region that starts at a page boundary does so on the
  /// host as well, so that buffers in it are aligned as they will be in the
  /// guest. Overlap with another region aborts the test.
  MutableBytes AddRegion(uint64_t address, uint64_t size_bytes);

  /// Adds a region holding `content`.
  MutableBytes AddRegion(uint64_t address, Bytes content);

  Result<std::span<std::byte>> Map(uint64_t address,
                                   uint64_t size_bytes) override;

  /// Aborts the test if the bytes are in no region.
  uint64_t AddressOf(const std::byte* bytes) override;

 private:
  static constexpr std::align_val_t kAlignment{4096};
  struct Delete {
    void operator()(std::byte* bytes) const {
      ::operator delete[](bytes, kAlignment);
    }
  };

  struct Region {
    uint64_t address;
    uint64_t size_bytes;
    std::unique_ptr<std::byte[], Delete> storage;
  };

  std::vector<Region> regions_;
};

}  // namespace flint
