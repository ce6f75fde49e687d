// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "platforms/base/result.h"

namespace flint {

/// The guest's physical memory: the one place where an address becomes bytes
/// and bytes become an address (for a device's DMA).
///
/// In the firmware everything is identity-mapped (`runtime::IdentityMemory`);
/// on the host `FakeGuestMemory` holds a few regions and refuses the rest.
class GuestMemory {
 public:
  virtual ~GuestMemory() = default;

  /// The bytes at [address, address + size_bytes). kOutOfRange if any of them
  /// is not memory this object gives access to.
  virtual Result<std::span<std::byte>> Map(uint64_t address,
                                           uint64_t size_bytes) = 0;

  /// The address at which a device finds the bytes; the inverse of `Map`.
  virtual uint64_t AddressOf(const std::byte* bytes) = 0;
};

}  // namespace flint
