// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "platforms/base/checked.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::runtime {

/// Guest memory as the firmware sees it: every address is where it says.
///
/// It knows no more than two bounds. Whether something lies at an address is
/// for the page tables to say, loudly; code that follows addresses from
/// hostile tables puts `paging::MappedMemory` in front.
class IdentityMemory final : public GuestMemory {
 public:
  /// Gives access to [first, limit). The default is all but page 0; doors, who
  /// must read page 0 and have only 4 GiB mapped, say {1, 4 GiB}.
  explicit constexpr IdentityMemory(uint64_t first = 4096,
                                    uint64_t limit = UINT64_MAX)
      : first_(first), limit_(limit) {}

  Result<std::span<std::byte>> Map(uint64_t address,
                                   uint64_t size_bytes) override {
    const uint64_t end = TRY(CheckedAdd(address, size_bytes));
    if (address < first_ || end > limit_) {
      return Fail(ErrorCode::kOutOfRange, "address is not accessible memory");
    }
    // SAFETY: memory is identity-mapped; `first_` keeps the null pointer out.
    return std::span(reinterpret_cast<std::byte*>(address), size_bytes);
  }

  uint64_t AddressOf(const std::byte* bytes) override {
    // SAFETY: as above.
    return reinterpret_cast<uint64_t>(bytes);
  }

 private:
  uint64_t first_;
  uint64_t limit_;
};

}  // namespace flint::runtime
