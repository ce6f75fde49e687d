// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "boot/memory/memory_map.h"
#include "drivers/clock/clock.h"
#include "drivers/fw_cfg/fw_cfg.h"
#include "drivers/io/cpu.h"
#include "drivers/io/device_mapper.h"
#include "drivers/io/register_io.h"
#include "drivers/pci/scan.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"

namespace flint::platform {

/// RAM below 1 MiB that a chipset hides until it is asked for; what is below
/// 0xF0000 is for expansion ROMs, of which we run none.
inline constexpr uint64_t kShadowRam = 0xC'0000;
inline constexpr uint64_t kShadowRamBytes = 0x4'0000;

/// What a machine is set up by; all must outlive what comes of it.
struct Parts {
  /// Null if there are none.
  fw_cfg::FwCfg* files;
  io::RegisterIo& ports;
  io::Cpu& cpu;
  clock::Clock& clock;
  io::DeviceMapper& windows;
  memory::MemoryMap& map;
  /// See `MapTableMemory::Reserve`.
  uint64_t table_room;
  /// Free RAM and the shadow RAM, writable.
  GuestMemory& memory;
  Arena& arena;
  /// See `processors::Parts`.
  Bytes trampoline;
};

/// What came of it.
struct Platform {
  /// Address of the ACPI root pointer, or 0.
  uint64_t rsdp_address = 0;
  /// All PCI functions, in bus order; empty if they were not ours to set up.
  std::span<const pci::Function> functions;
};

/// Does for a machine that comes from its reset what firmware owes it before
/// anybody looks for disks or tables: chipset, PCI buses, ACPI tables, memory
/// types of all processors. A part that is not there, or fails, costs itself: a
/// warning says what.
Platform SetUp(const Parts& parts);

}  // namespace flint::platform
