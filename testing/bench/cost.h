// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "testing/qemu/machine.h"

namespace flint::bench {

/// What it takes to get from power-on to a kernel's first instruction.
struct Cost {
  /// Executed by the first processor, but for those that only wait.
  uint64_t instructions = 0;
  /// Executed while polling: depends on the machine that runs QEMU.
  uint64_t waiting_instructions = 0;
  /// Accesses to devices' registers, in memory or by ports: exits from the
  /// virtual machine where there is real hardware below.
  uint64_t register_accesses = 0;
  uint64_t disk_reads = 0;
  uint64_t disk_bytes = 0;
  uint64_t serial_characters = 0;
  /// Of the machine's memory, whatever was touched, kernel and initrd included.
  uint64_t memory_bytes = 0;
};

/// Starts `machine`, which must get to a kernel of `make_end_kernel`, and
/// counts. FailedPrecondition if something else ended QEMU.
absl::StatusOr<Cost> Measure(const qemu::Machine& machine);

/// The same without looking: seconds from QEMU's start to its end.
absl::StatusOr<double> MeasureSeconds(const qemu::Machine& machine);

}  // namespace flint::bench
