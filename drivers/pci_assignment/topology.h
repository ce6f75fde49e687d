// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::pci {

inline constexpr size_t kBusCount = 256;
inline constexpr size_t kMaxAssignedFunctions = 4096;

/// What a bridge wants kept free for devices that are plugged in later.
struct Reserve {
  uint8_t bus_count = 0;
  uint64_t io_bytes = 0;
  uint64_t memory_bytes = 0;
  uint64_t prefetchable_bytes = 0;
};

/// A bus that has a number.
struct Bus {
  /// Index of the bridge that leads to it; none for a root bus.
  std::optional<uint16_t> bridge;
  uint8_t parent = 0;
  /// Its functions: consecutive ones of the topology's.
  uint16_t first_function = 0;
  uint16_t function_count = 0;
  Reserve reserve;
};

/// Buses and functions of segment 0, as `NumberBuses` found them.
struct Topology {
  std::span<const Function> functions;
  /// Base class and sub-class of each function.
  std::span<const uint16_t> classes;
  /// By number; those that are not in use have no functions and no bridge.
  std::span<Bus> buses;
  /// The greatest number in use.
  uint8_t last_bus = 0;
  bool is_complete = true;
};

/// Gives each bus a number, depth first, so that buses behind a bridge have
/// greater ones than the bridge's own. `extra_root_count` as in
/// `AssignmentRequest`. kNoMemory.
Result<Topology> NumberBuses(PciConfig& config,
                             size_t extra_root_count,
                             Arena& arena);

}  // namespace flint::pci
