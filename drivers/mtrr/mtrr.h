// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "drivers/io/cpu.h"

namespace flint::mtrr {

/// A model-specific register, and what is to be written to it.
struct MsrValue {
  uint32_t index = 0;
  uint64_t value = 0;

  friend bool operator==(const MsrValue&, const MsrValue&) = default;
};

/// How many bits the processor's physical addresses have.
uint32_t AddressBits(io::Cpu& cpu);

/// What memory may be cached, as values of a processor's MTRRs; all processors
/// must have the same. [sdm 3A 11.11]
///
/// RAM below 1 MiB and all that nobody mentions is write-back, video memory at
/// 0xA0000 and [device_memory, 4 GiB) uncached. Devices above 4 GiB are mapped
/// uncached by page tables.
class MemoryTypes final {
 public:
  /// For MTRRs that a reset has cleared: registers that stay 0 are not among
  /// the values. Empty if the processor has no MTRRs, or too few: `Values` is
  /// empty then. `device_memory` is a multiple of 1 MiB between 2 and 4 GiB.
  MemoryTypes(io::Cpu& cpu, uint64_t device_memory);

  /// In the order they have to be written in.
  std::span<const MsrValue> Values() const {
    return std::span(values_).first(count_);
  }

 private:
  static constexpr size_t kMaxVariable = 16;
  static constexpr size_t kFixedCount = 10;
  static constexpr size_t kMaxValues = kFixedCount + 2 * kMaxVariable + 1;

  void Add(uint32_t index, uint64_t value) {
    values_[count_++] = {.index = index, .value = value};
  }

  std::array<MsrValue, kMaxValues> values_;
  size_t count_ = 0;
};

}  // namespace flint::mtrr
