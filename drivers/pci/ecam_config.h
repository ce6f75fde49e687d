// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "drivers/io/device_mapper.h"
#include "drivers/io/register_io.h"
#include "drivers/pci/pci_config.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::pci {

/// An allocation of the ACPI table MCFG. [pci-firmware-3.3 4.1.2]
struct EcamAllocation {
  /// Where bus 0 would be, even if `first_bus` is another.
  uint64_t base;
  uint16_t segment;
  uint8_t first_bus;
  uint8_t last_bus;
};

/// Memory-mapped configuration space (PCI Express's Enhanced Configuration
/// Access Mechanism), of as many segments as the machine has. Reaches all 4096
/// bytes of each function at one access each. [pcie-6.0 7.2.2]
class EcamConfig final : public PciConfig {
 public:
  /// Maps all the allocations, in any order. `mapper` and `arena`'s memory
  /// must outlive the result.
  ///
  /// kNotFound if there is none; kCorrupt if one is misplaced, has its buses
  /// in the wrong order, or overlaps another; otherwise the errors of `mapper`
  /// and `arena`.
  static Result<EcamConfig> Create(std::span<const EcamAllocation> allocations,
                                   io::DeviceMapper& mapper,
                                   Arena& arena);

  std::span<const BusRange> bus_ranges() const override { return ranges_; }
  uint8_t Read8(const Address& address, uint16_t offset) override;
  uint16_t Read16(const Address& address, uint16_t offset) override;
  uint32_t Read32(const Address& address, uint16_t offset) override;
  void Write8(const Address& address, uint16_t offset, uint8_t value) override;
  void Write16(const Address& address,
               uint16_t offset,
               uint16_t value) override;
  void Write32(const Address& address,
               uint16_t offset,
               uint32_t value) override;

 private:
  /// A register, or none if it is out of reach.
  struct Place {
    io::RegisterIo* window;
    uint64_t offset;
  };

  EcamConfig(std::span<const BusRange> ranges,
             std::span<io::RegisterIo* const> windows)
      : ranges_(ranges), windows_(windows) {}

  Place Find(const Address& address, uint16_t offset) const;

  std::span<const BusRange> ranges_;
  /// Of each range, its configuration space.
  std::span<io::RegisterIo* const> windows_;
};

}  // namespace flint::pci
