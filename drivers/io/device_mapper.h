// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/register_io.h"
#include "platforms/base/result.h"

namespace flint::io {

/// Makes device registers reachable, wherever in the physical address space
/// the VMM put them: windows above 4 GiB enter the page tables on demand.
class DeviceMapper {
 public:
  virtual ~DeviceMapper() = default;

  /// Access to [address, address + size_bytes), uncached. Neither needs to be
  /// page-aligned; offsets of the returned window count from `address`, and
  /// its `size_bytes()` is the size asked for. The window lives as long as the
  /// mapper; asking twice for the same range is allowed.
  ///
  /// Addresses come from devices, so they are checked: kOutOfRange if the
  /// range is empty, wraps, exceeds the processor's physical addresses, or
  /// touches RAM (a device must not make us write to our own memory);
  /// kNoMemory if there is no room for page tables or the window itself.
  virtual Result<RegisterIo*> Map(uint64_t address, uint64_t size_bytes) = 0;
};

}  // namespace flint::io
