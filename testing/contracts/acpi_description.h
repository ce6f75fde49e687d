// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/acpi/fake_tables.h"

namespace flint::contracts {

/// A register of the fixed hardware.
struct AcpiRegister {
  enum class Space : uint8_t { kMemory = 0, kPorts = 1 };
  Space space;
  uint64_t address;
};

/// Memory-mapped configuration space of buses 0 to `last_bus`.
struct Ecam {
  uint32_t address;
  uint8_t last_bus;
};

/// The ACPI tables that a VMM makes: hardware-reduced, as those of VMMs without
/// a chip set are, for one processor and the I/O APICs of QEMU's machines.
struct AcpiDescription {
  uint32_t root_pointer;
  /// Where the other tables begin, one after the other.
  uint32_t tables;
  acpi::FakeTables::Root root = acpi::FakeTables::Root::kXsdt;
  AcpiRegister sleep_control;
  AcpiRegister sleep_status;
  AcpiRegister reset;
  uint8_t reset_value;
  std::optional<AcpiRegister> pm_timer = {};
  std::optional<Ecam> ecam = {};
  /// There are the two interrupt controllers of a PC, too.
  bool has_pic = false;
  /// As on microvm, for interrupts from 24 on.
  bool has_second_io_apic = false;
  /// The terms of the DSDT: see aml.h.
  std::string dsdt = {};

  struct Table {
    uint64_t address;
    std::string bytes;
  };
  /// All tables, with good checksums.
  std::vector<Table> Build() const;
};

}  // namespace flint::contracts
