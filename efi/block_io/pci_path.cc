// SPDX-License-Identifier: Apache-2.0
#include "efi/block_io/pci_path.h"

#include <cstdint>
#include <optional>

#include "drivers/pci/registers.h"
#include "efi/device_path/nodes.h"

namespace flint::efi {
namespace {

/// The buses behind a bridge.
struct Downstream {
  uint8_t first;
  uint8_t last;
};

Downstream BusesBehind(pci::PciConfig& config, const pci::Address& bridge) {
  const uint32_t numbers = config.Read<pci::BusNumbers>(bridge);
  return {pci::BusNumbers::Secondary(numbers),
          static_cast<uint8_t>(numbers >> 16)};
}

std::optional<uint8_t> RootBusOf(pci::PciConfig& config,
                                 const pci::Address& address) {
  for (const pci::BusRange& range : config.bus_ranges()) {
    if (range.segment == address.segment && range.first_bus <= address.bus &&
        address.bus <= range.last_bus) {
      return range.first_bus;
    }
  }
  return std::nullopt;
}

/// The bridge on bus `from` that leads to `target`, and the bus behind it.
std::optional<std::pair<pci::Address, uint8_t>> FindBridge(
    pci::PciConfig& config,
    std::span<const pci::Function> functions,
    uint8_t from,
    const pci::Address& target) {
  for (const pci::Function& function : functions) {
    const pci::Address& bridge = function.address;
    if (function.header_layout != pci::HeaderType::kBridge ||
        bridge.segment != target.segment || bridge.bus != from) {
      continue;
    }
    const Downstream behind = BusesBehind(config, bridge);
    // Only downwards: the search ends, whatever the bridges say.
    if (behind.first > from && behind.first <= target.bus &&
        target.bus <= behind.last) {
      return std::pair(bridge, behind.first);
    }
  }
  return std::nullopt;
}

}  // namespace

Status AppendPciPath(pci::PciConfig& config,
                     std::span<const pci::Function> functions,
                     const pci::Address& address,
                     PathWriter& path) {
  const auto root = RootBusOf(config, address);
  if (!root) return Fail(ErrorCode::kNotFound, "PCI bus has no root");
  path.Append(nodes::PciRoot(*root));
  for (uint8_t bus = *root; bus != address.bus;) {
    const auto found = FindBridge(config, functions, bus, address);
    if (!found) return Fail(ErrorCode::kNotFound, "PCI bus has no bridge");
    const auto& [bridge, bus_behind] = *found;
    path.Append(nodes::Pci(bridge.device, bridge.function));
    bus = bus_behind;
  }
  path.Append(nodes::Pci(address.device, address.function));
  return {};
}

}  // namespace flint::efi
