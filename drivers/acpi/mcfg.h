// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::acpi {

inline constexpr std::string_view kMcfgSignature = "MCFG";

/// A range of buses whose configuration space is memory-mapped. [pcifw 4.1.2]
struct ConfigWindow {
  /// Where bus 0 of the segment would be, whatever `first_bus` is.
  uint64_t base_address = 0;
  uint16_t segment = 0;
  uint8_t first_bus = 0;
  uint8_t last_bus = 0;

  friend bool operator==(const ConfigWindow&, const ConfigWindow&) = default;
};

/// The `index`th window of the table, header included. kNotFound after the
/// last; kCorrupt if the window makes no sense (the next ones may).
Result<ConfigWindow> ReadConfigWindow(Bytes mcfg, size_t index);

}  // namespace flint::acpi
