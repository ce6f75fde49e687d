// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "boot/memory/memory_map.h"
#include "drivers/acpi/host_bridge.h"
#include "drivers/chipset/chipset.h"
#include "drivers/fw_cfg/fw_cfg.h"
#include "drivers/io/cpu.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "drivers/pci_assignment/assignment.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::platform {

/// Where RAM ends, of what is below `limit`.
uint64_t RamEnd(const memory::MemoryMap& map, uint64_t limit);

/// What a PC with this RAM can give its PCI devices: memory from
/// `device_memory` on, and above all RAM and `reserved_memory_end`.
pci::HostWindows WindowsOfPc(const memory::MemoryMap& map,
                             io::Cpu& cpu,
                             uint64_t device_memory,
                             uint64_t reserved_memory_end);

/// `pci::AssignResources`, `chipset` being the host's, if it is one whose wires
/// are known. Warns of what finds no place.
Result<std::span<const pci::Function>> SetUpPci(
    pci::PciConfig& config,
    const pci::AssignmentRequest& request,
    const chipset::Chipset* chipset,
    Arena& arena);

/// What is there where somebody else started the machine.
struct LatePciParts {
  pci::PciConfig& config;
  /// Null if there are none.
  fw_cfg::FwCfg* files;
  /// As ACPI's tables describe it, if they do.
  const std::optional<acpi::HostBridge>& host_bridge;
  /// Beside the first.
  size_t extra_root_count;
  const memory::MemoryMap& map;
  io::Cpu& cpu;
  Arena& arena;
};

/// Gives the functions of a machine what they need after who started it gave
/// them nothing (qboot, and whoever starts QEMU's microvm): interrupts and
/// ACPI are set up, addresses are not. Returns all functions.
///
/// kNotFound if neither chipset nor ACPI say what addresses there are;
/// kNoMemory.
Result<std::span<const pci::Function>> SetUpLatePci(const LatePciParts& parts);

}  // namespace flint::platform
