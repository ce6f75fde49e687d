// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "drivers/pci/pci_config.h"
#include "drivers/pci_assignment/assignment.h"
#include "drivers/pci_assignment/topology.h"

namespace flint::pci {

/// What there is to know of a PCI-to-PCI bridge before its bus is visited.
struct Bridge {
  /// True if it leads to a PCI Express link: to device 0 and no other.
  /// [pcie-6.0 7.3.1]
  bool is_link = false;
  Reserve reserve;
};

Bridge ReadBridge(PciConfig& config, const Address& address);

void WriteBusNumbers(PciConfig& config,
                     const Address& address,
                     uint8_t primary,
                     uint8_t secondary,
                     uint8_t subordinate);

/// The three kinds of resources, each of which a bridge has a window for.
enum class Space : uint8_t { kIo, kMemory, kPrefetchable };
inline constexpr size_t kSpaceCount = 3;

/// What addresses and sizes of a bridge's windows are multiples of.
/// [pci-bridge-1.2 3.2.5]
constexpr uint64_t WindowGranule(Space space) {
  return space == Space::kIo ? uint64_t{1} << 12 : uint64_t{1} << 20;
}

/// Makes the bridge pass on what lies in a window; nothing if that is empty.
void WriteWindow(PciConfig& config,
                 const Address& address,
                 Space space,
                 const AddressWindow& window);

}  // namespace flint::pci
