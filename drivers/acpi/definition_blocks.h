// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "drivers/acpi/fadt.h"
#include "drivers/acpi/tables.h"
#include "platforms/base/bytes.h"

namespace flint::acpi {

/// Calls `visit` with every table of AML, header included: with the DSDT, and
/// then with the SSDTs.
template <typename Visitor>
void ForEachDefinitionBlock(const Tables& tables,
                            const Fadt& fadt,
                            Visitor&& visit) {
  if (const auto dsdt = tables.ReadTable(fadt.dsdt_address, "DSDT")) {
    visit(*dsdt);
  }
  for (size_t index = 0; index < kMaxTables; ++index) {
    const auto ssdt = tables.FindTable("SSDT", index);
    if (!ssdt) break;
    visit(*ssdt);
  }
}

}  // namespace flint::acpi
