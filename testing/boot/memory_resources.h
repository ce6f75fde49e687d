// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace flint::boot_test {

/// One line of Linux's /proc/iomem.
struct MemoryResource {
  uint64_t first;
  /// Inclusive, as Linux writes it.
  uint64_t last;
  std::string name;
  /// 0 for a line that lies in no other.
  int depth;
};

/// Reads a line, indented by two blanks for each level. InvalidArgument if it
/// is none.
absl::StatusOr<MemoryResource> ParseMemoryResource(std::string_view line);

/// What a guest must see of the memory that its machine has.
struct ExpectedMemory {
  /// Where RAM below 4 GiB ends.
  uint64_t low_end;
  /// Whether tables lie right below that, as SeaBIOS and our ROM put them.
  bool has_tables_at_low_end = true;
  /// Where RAM from 4 GiB on ends; 0 if there is none.
  uint64_t high_end = 0;
  /// The window of PCI's memory-mapped configuration; 0 if there is none.
  uint64_t ecam = 0;
};

/// Checks what Linux made of the memory map it was given: all RAM is there
/// and nothing else, the VMM's tables and windows are reserved, the kernel lies
/// in RAM. FailedPrecondition says what is wrong and quotes the map.
absl::Status CheckMemory(const std::vector<MemoryResource>& resources,
                         const ExpectedMemory& expected);

}  // namespace flint::boot_test
