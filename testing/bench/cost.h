// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "testing/qemu/machine.h"

namespace flint::bench {

/// What is measured: a machine that gets to a kernel of `make_end_kernel`.
struct Subject {
  qemu::Machine machine;
  /// The address of the first instruction that counts, in firmware that other
  /// firmware starts; 0: all count.
  uint64_t first_instruction = 0;
};

/// What it takes to get from there to a kernel's first instruction. All figures
/// but `waiting_instructions` are the same each time, up to a few instructions
/// for each time that something is waited for.
struct Cost {
  /// Executed by the first processor, but for those that only wait.
  uint64_t instructions = 0;
  /// Executed while polling: depends on the machine that runs QEMU.
  uint64_t waiting_instructions = 0;
  /// Accesses to devices' registers, in memory or by ports: exits from the
  /// virtual machine where there is real hardware below. Those that only wait
  /// do not count.
  uint64_t register_accesses = 0;
  uint64_t disk_reads = 0;
  uint64_t disk_bytes = 0;
  uint64_t serial_characters = 0;
  /// Of the machine's memory, whatever was touched since power-on, kernel and
  /// initrd included.
  uint64_t memory_bytes = 0;
};

/// Starts the machine and counts. FailedPrecondition if something else than the
/// kernel ended QEMU, or the first instruction was not executed.
absl::StatusOr<Cost> Measure(const Subject& subject);

/// Starts the machine and does not look: seconds from QEMU's start to its end.
absl::StatusOr<double> MeasureSeconds(const qemu::Machine& machine);

}  // namespace flint::bench
