// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace flint::memory {

/// What a VMM or a kernel means by a range of the physical address space; the
/// numbers are those of ACPI, the E820 table and PVH. Unknown numbers are to be
/// read as reserved. [acpi-6.5 15]
struct E820Type {
  static constexpr uint32_t kRam = 1;
  static constexpr uint32_t kReserved = 2;
  static constexpr uint32_t kAcpiReclaim = 3;
  static constexpr uint32_t kAcpiNvs = 4;
  static constexpr uint32_t kUnusable = 5;
  static constexpr uint32_t kDisabled = 6;
  static constexpr uint32_t kPersistent = 7;
};

/// One range of a memory map as it comes from a VMM and as it goes to a kernel.
/// In our byte order and layout, not a wire structure.
struct E820Entry {
  uint64_t address = 0;
  uint64_t size_bytes = 0;
  uint32_t type = 0;

  friend bool operator==(const E820Entry&, const E820Entry&) = default;
};

}  // namespace flint::memory
