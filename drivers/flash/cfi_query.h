// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/register_io.h"
#include "platforms/base/result.h"

namespace flint::flash {

/// What a chip says of itself. [cfi]
struct CfiGeometry {
  /// Blocks times their size: QEMU's field for the size is wrong where that is
  /// no power of two.
  uint64_t size_bytes = 0;
  uint32_t block_bytes = 0;
  /// As much can be programmed at once, within as large an aligned piece; 0 if
  /// only single bytes can.
  uint32_t write_buffer_bytes = 0;
};

/// As many bytes of a chip, from a multiple of it, answer a query.
inline constexpr uint64_t kQueryWindowBytes = 4096;

/// Asks whether a window belongs to a chip that is read and written by bytes
/// and knows the Intel command set. kNotFound if it is ROM, RAM, another kind
/// of chip or nothing at all, which stays as it was; kUnsupported if the chip
/// has blocks of several sizes, or contradicts itself. Takes a handful of
/// accesses if there is no chip, and leaves one in its read mode.
Result<CfiGeometry> QueryCfi(io::RegisterIo& window);

}  // namespace flint::flash
