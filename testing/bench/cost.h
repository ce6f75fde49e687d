// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "testing/bench/firmware_file.h"
#include "testing/qemu/machine.h"

namespace flint::bench {

/// What is measured: a machine that ends QEMU as a kernel of `make_end_kernel`
/// does.
struct Subject {
  qemu::Machine machine;
  /// The address of the first instruction that counts, in firmware that other
  /// firmware starts; 0: all count.
  uint64_t first_instruction = 0;
  /// Where code of the firmware is; of interest for those that start programs.
  std::vector<AddressRange> own_code = {};
  /// Addresses whose every execution is of interest.
  std::vector<uint64_t> watched = {};
  /// The first bytes of programs whose start is of interest.
  std::vector<std::string> programs = {};
};

/// What it takes to get from there to a kernel's first instruction. All figures
/// but `waiting_instructions` are the same each time, up to a few instructions
/// for each time that something is waited for.
struct Cost {
  /// Executed by the first processor, but for those that only wait.
  uint64_t instructions = 0;
  /// Of these, in `Subject::own_code`.
  uint64_t own_instructions = 0;
  /// Executed while polling: depends on the machine that runs QEMU.
  uint64_t waiting_instructions = 0;
  /// Accesses to devices' registers, in memory or by ports: exits from the
  /// virtual machine where there is real hardware below. Those that only wait
  /// do not count.
  uint64_t register_accesses = 0;
  /// Of these, those by `Subject::own_code`.
  uint64_t own_register_accesses = 0;
  uint64_t disk_reads = 0;
  uint64_t disk_bytes = 0;
  uint64_t serial_characters = 0;
  /// Of the machine's memory, whatever was touched since power-on, kernel and
  /// initrd included.
  uint64_t memory_bytes = 0;
};

/// What of a subject's interest happened.
struct Event {
  /// "watched", or "started_0", the first of `Subject::programs`.
  std::string name;
  /// After how many instructions.
  uint64_t instructions = 0;
};

struct Measurement {
  Cost cost;
  /// In the order in which they happened.
  std::vector<Event> events = {};
};

/// Starts the machine and counts. FailedPrecondition if something else than the
/// kernel ended QEMU, or the first instruction was not executed.
absl::StatusOr<Measurement> Measure(const Subject& subject);

/// Starts the machine and does not look: what the serial port said.
absl::StatusOr<std::string> Watch(const qemu::Machine& machine);

/// The same, timed: seconds from QEMU's start to its end.
absl::StatusOr<double> MeasureSeconds(const qemu::Machine& machine);

}  // namespace flint::bench
