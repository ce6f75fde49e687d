// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/device_mapper.h"
#include "drivers/io/register_address.h"
#include "drivers/io/register_io.h"
#include "platforms/base/result.h"

namespace flint::acpi {

/// Where a register can be. [acpi-6.5 5.2.3.2]
enum class AddressSpace : uint8_t {
  kSystemMemory = 0,
  kSystemIo = 1,
};

/// Where a register of the fixed hardware is. Its width is prescribed by what
/// it is for, and not repeated here.
struct GenericAddress {
  AddressSpace space;
  uint64_t address;

  friend bool operator==(const GenericAddress&,
                         const GenericAddress&) = default;
};

/// Makes the register reachable. kOutOfRange for a port beyond the last, and
/// what `mapper` returns for an address that cannot be a device's.
Result<io::RegisterAddress> Resolve(const GenericAddress& address,
                                    uint32_t width_bytes,
                                    io::RegisterIo& ports,
                                    io::DeviceMapper& mapper);

}  // namespace flint::acpi
