// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace flint::paging {

/// The processor's memory of translations, which must be told when one that it
/// may remember is changed or taken away.
class Tlb {
 public:
  virtual ~Tlb() = default;

  /// Forgets all translations of [address, address + size_bytes).
  virtual void Invalidate(uint64_t address, uint64_t size_bytes) = 0;
};

}  // namespace flint::paging
