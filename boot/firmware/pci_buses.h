// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <span>

#include "boot/memory/memory_map.h"
#include "drivers/acpi/fadt.h"
#include "drivers/acpi/host_bridge.h"
#include "drivers/acpi/tables.h"
#include "drivers/fw_cfg/fw_cfg.h"
#include "drivers/io/cpu.h"
#include "drivers/io/device_mapper.h"
#include "drivers/io/register_io.h"
#include "drivers/pci/ecam_config.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/port_config.h"
#include "drivers/pci/scan.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// The machine's PCI buses: how their configuration space is reached, and what
/// functions are on them.
class PciBuses final {
 public:
  /// All must outlive it.
  struct Parts {
    io::RegisterIo& ports;
    io::DeviceMapper& windows;
    io::Cpu& cpu;
    /// Null if there are none.
    fw_cfg::FwCfg* files;
    const std::optional<acpi::Tables>& tables;
    const std::optional<acpi::Fadt>& fadt;
    const memory::MemoryMap& map;
    Arena& arena;
  };

  explicit PciBuses(const Parts& parts)
      : parts_(parts), port_config_(parts.ports) {}
  PciBuses(const PciBuses&) = delete;
  PciBuses& operator=(const PciBuses&) = delete;

  /// Finds configuration space, by ACPI or else the ports, and the functions in
  /// it, unless they are `known`. If nobody has given any of them an address,
  /// gives all of them what they need. kNoMemory.
  Status Start(std::span<const pci::Function> known);

  pci::PciConfig& config() { return *config_; }
  /// In bus order.
  std::span<const pci::Function> functions() const { return functions_; }

 private:
  void FindConfig();
  Status UseWindows(std::span<const pci::EcamAllocation> allocations);
  Status UseMcfg();
  Status UseHostBridge();
  void FindRoots();
  void SetUpIfNobodyHas();

  Parts parts_;
  pci::PortConfig port_config_;
  std::optional<pci::EcamConfig> ecam_config_;
  pci::PciConfig* config_ = &port_config_;
  /// Where the MCFG tells of none.
  std::optional<acpi::HostBridge> host_bridge_;
  pci::RootBuses more_roots_{};
  std::span<const pci::Function> functions_;
};

}  // namespace flint::boot
