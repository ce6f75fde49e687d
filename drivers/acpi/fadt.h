// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "drivers/acpi/generic_address.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::acpi {

inline constexpr std::string_view kFadtSignature = "FACP";

/// What the Fixed ACPI Description Table says about the machine, in the form
/// that all its revisions have in common. [acpi-6.5 5.2.9]
///
/// A register is absent if the table is too old to have it, says it has none,
/// or puts it where we cannot go (PCI configuration space, for one).
struct Fadt {
  /// The PM1 registers do not exist; sleep through `sleep_control`.
  bool hardware_reduced = false;
  /// The PM timer has 32 bits, not 24.
  bool pm_timer_is_32_bit = false;
  /// What to write to `reset_register`.
  uint8_t reset_value = 0;
  uint64_t dsdt_address = 0;                     // 0 if none
  uint64_t facs_address = 0;                     // 0 if none
  std::optional<GenericAddress> reset_register;  // 8 bits
  std::optional<GenericAddress> pm1a_control;    // 16 bits
  std::optional<GenericAddress> pm1b_control;    // 16 bits
  std::optional<GenericAddress> pm_timer;        // 32 bits
  std::optional<GenericAddress> sleep_control;   // 8 bits
};

/// Reads the table, header included. kTruncated if it is shorter than the
/// oldest revision.
Result<Fadt> ParseFadt(Bytes table);

}  // namespace flint::acpi
