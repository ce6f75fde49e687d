// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "drivers/acpi/fadt.h"
#include "drivers/acpi/tables.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::acpi {

/// What to write to the SLP_TYP fields to enter a sleep state. Three bits each.
/// [acpi-6.5 7.4.2]
struct SleepType {
  uint8_t pm1a = 0;  // also that of `sleep_control`
  uint8_t pm1b = 0;

  friend bool operator==(const SleepType&, const SleepType&) = default;
};

/// The types of `\_S5` (soft off) in a block of AML, found by the shape of its
/// bytes: `Name (_S5, Package {a, b, ...})` of constants, which is the only
/// form that works before an interpreter runs.
std::optional<SleepType> FindSoftOffIn(Bytes aml);

/// The types of soft off: searched for in the DSDT, then in all SSDTs.
/// kNotFound if none defines it.
Result<SleepType> FindSoftOff(const Tables& tables, const Fadt& fadt);

}  // namespace flint::acpi
