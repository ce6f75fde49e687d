// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::pci {

/// [base, end)
struct AddressWindow {
  uint64_t base = 0;
  uint64_t end = 0;

  constexpr uint64_t size_bytes() const { return end - base; }
};

/// What a host bridge lets its devices have.
struct HostWindows {
  /// Ports, and more of them, which are used instead if the first do not
  /// suffice. Empty if there are none.
  AddressWindow io;
  AddressWindow more_io;
  /// Memory below 4 GiB.
  AddressWindow memory;
  /// Memory above all RAM, for 64-bit BARs that find no place below.
  AddressWindow high_memory;
};

/// Knows how the interrupt pins of the host bridge's slots are wired.
class InterruptRouting {
 public:
  virtual ~InterruptRouting() = default;

  /// The interrupt line of pin 1 (INTA#) to 4 of a slot of a root bus.
  virtual uint8_t Line(uint8_t device, uint8_t pin) const = 0;
};

/// What there is to assign.
struct AssignmentRequest {
  HostWindows windows;
  /// Root buses beside the first, of numbers that the VMM has chosen. Asking
  /// for too many costs accesses.
  size_t extra_root_count = 0;
};

/// What came of it.
struct Assignment {
  /// Every function, in bus order.
  std::span<const Function> functions;
  /// False if there are more functions than we count; the last ones are not
  /// set up.
  bool is_complete = true;
  /// BARs and bridges' windows that found no place, and stay off; not those
  /// that want ports of a host bridge without any.
  size_t unplaced_count = 0;
};

/// True if somebody has given one of `functions` an address, or lets it decode
/// what it has: then all of them are set up, and not ours to touch. Only reads,
/// from the last function on, which mostly tells.
bool IsAssigned(PciConfig& config, std::span<const Function> functions);

/// Gives all buses of segment 0 numbers, all BARs addresses, all bridges
/// windows, and all functions interrupt lines, and lets functions decode what
/// they got: for a machine that nobody has set up, as after a reset.
///
/// Ports of bridges that devices can be plugged into later get room for some.
/// Expansion ROMs get nothing. No function becomes bus master, bridges aside.
///
/// `arena` holds the result and what is needed meanwhile. kNoMemory if it is
/// too small.
Result<Assignment> AssignResources(PciConfig& config,
                                   const AssignmentRequest& request,
                                   const InterruptRouting* routing,
                                   Arena& arena);

}  // namespace flint::pci
