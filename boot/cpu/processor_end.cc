// SPDX-License-Identifier: Apache-2.0
#include "boot/cpu/processor_end.h"

#include <array>
#include <cstdint>

#include "platforms/runtime/panic.h"

namespace flint::cpu {

void ProcessorEnd::TripleFault() {
  // Limit and base of an interrupt table with nothing in it. [sdm 3A 2.4.3]
  static constexpr std::array<uint16_t, 5> kEmptyTable{};
  // SAFETY: the end is what the caller wants.
  asm volatile("lidt %0\n\tint3" : : "m"(kEmptyTable));
  Halt();
}

void ProcessorEnd::Halt() { runtime::Halt(); }

}  // namespace flint::cpu
