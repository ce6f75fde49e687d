// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/generic_address.h"

namespace flint::acpi {

Result<io::RegisterAddress> Resolve(const GenericAddress& address,
                                    uint32_t width_bytes,
                                    io::RegisterIo& ports,
                                    io::DeviceMapper& mapper) {
  if (address.space == AddressSpace::kSystemMemory) {
    io::RegisterIo* const window =
        TRY(mapper.Map(address.address, width_bytes));
    return io::RegisterAddress{window, 0};
  }
  const uint64_t end = ports.size_bytes();
  if (address.address >= end || width_bytes > end - address.address) {
    return Fail(ErrorCode::kOutOfRange,
                "ACPI names an I/O port beyond the last one");
  }
  return io::RegisterAddress{&ports, address.address};
}

}  // namespace flint::acpi
