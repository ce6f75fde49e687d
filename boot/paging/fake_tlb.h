// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "boot/paging/tlb.h"

namespace flint::paging {

/// Remembers what it was told to forget.
class FakeTlb final : public Tlb {
 public:
  void Invalidate(uint64_t address, uint64_t size_bytes) override {
    invalidated_.push_back({address, size_bytes});
  }

  bool WasInvalidated(uint64_t address) const {
    for (const Range& range : invalidated_) {
      if (address - range.address < range.size_bytes) return true;
    }
    return false;
  }

  bool empty() const { return invalidated_.empty(); }
  void Clear() { invalidated_.clear(); }

 private:
  struct Range {
    uint64_t address;
    uint64_t size_bytes;
  };

  std::vector<Range> invalidated_;
};

}  // namespace flint::paging
