// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "drivers/io/register_io.h"
#include "drivers/pci/pci_config.h"

namespace flint::pci {

/// Configuration space of segment 0 through the I/O ports CF8 and CFC, as PCs
/// have had it since 1992. [pci-3.0 3.2.2.3.2]
///
/// Reaches the first 256 bytes of each function; beyond, reads return all
/// ones. Uses one address port for all: not for two threads.
class PortConfig final : public PciConfig {
 public:
  /// `ports` is the I/O space, offsets being port numbers; must outlive this.
  explicit PortConfig(io::RegisterIo& ports) : ports_(ports) {}

  std::span<const BusRange> bus_ranges() const override;
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
  /// Points the data port at the register. False if it is out of reach.
  bool Select(const Address& address, uint16_t offset);

  io::RegisterIo& ports_;
};

}  // namespace flint::pci
