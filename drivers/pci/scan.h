// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "drivers/pci/pci_config.h"

namespace flint::pci {

/// A function that answers, and what the scan had to read of it anyway.
struct Function {
  Address address;
  uint16_t vendor_id;
  uint16_t device_id;
  /// Layout of its header, without the multi-function bit.
  uint8_t header_layout;
};

struct ScanResult {
  /// In bus order: by segment, bus, device, function.
  std::span<const Function> functions;
  /// False if `storage` was too small, and functions are missing at the end.
  bool complete;
};

/// Root buses that no function of the first one leads to, by number.
using RootBuses = std::array<bool, 256>;

/// Finds every function on every bus within reach, by way of the bridges' bus
/// numbers as someone assigned them, and on `more_roots`. Writes nothing.
///
/// Costs one access for each empty slot, two for each function, and three for
/// each bridge. Functions 1 to 7 are only looked for where function 0 says
/// there are some: cloud-hypervisor's ECAM shows function 0 at all of them.
/// Ends whatever the devices answer: buses are visited once, in ascending
/// order, so a bridge can only lead to a higher bus.
ScanResult Scan(PciConfig& config,
                std::span<Function> storage,
                const RootBuses& more_roots = {});

}  // namespace flint::pci
