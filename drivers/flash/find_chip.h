// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/flash/cfi_query.h"
#include "drivers/io/device_mapper.h"
#include "platforms/base/result.h"

namespace flint::flash {

/// A chip and where it is.
struct Chip {
  uint64_t address = 0;
  CfiGeometry geometry;
};

/// Finds the chip that a PC's variables are in: of the two chips below 4 GiB,
/// the lower one. The upper one holds the firmware, and ends at 4 GiB; a
/// machine whose firmware is no flash has no variables in flash either.
/// kNotFound if there is none, kUnsupported if one cannot be used.
Result<Chip> FindVariableChip(io::DeviceMapper& mapper);

}  // namespace flint::flash
