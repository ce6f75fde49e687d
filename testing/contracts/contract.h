// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "testing/contracts/acpi_description.h"
#include "testing/contracts/launch_script.h"
#include "testing/qemu/machine.h"

namespace flint::contracts {

/// The structure of PVH, and where the VMM puts what it points to. An address
/// that is 0 is given as 0. [pvh]
struct StartInfo {
  uint32_t version = 1;
  uint32_t address = 0;
  uint32_t memory_map = 0;
  uint32_t command_line = 0;
  uint32_t module_list = 0;
  uint64_t rsdp = 0;
};

/// Linux's zero page, likewise. [linux-boot]
struct ZeroPage {
  uint32_t address = 0;
  uint32_t command_line = 0;
  uint64_t rsdp = 0;
};

/// Nothing: the firmware is where its ROM has copied it, and finds out itself.
struct ResetVector {};

/// E820 types, which PVH shares.
inline constexpr uint32_t kRam = 1;
inline constexpr uint32_t kReserved = 2;
inline constexpr uint32_t kAcpi = 3;
inline constexpr uint32_t kAcpiNvs = 4;

/// [address, end).
struct MemoryEntry {
  uint64_t address;
  uint64_t end;
  uint32_t type;
};

/// A file that the VMM loads beside the firmware.
struct Module {
  uint32_t address;
  std::string contents;
  /// Of this module alone; at `command_line_address`, unless that is 0.
  std::string command_line = {};
  uint32_t command_line_address = 0;
};

/// A global descriptor table in guest memory.
struct DescriptorTable {
  uint32_t address = 0;
  std::vector<uint64_t> entries;

  TableRegister as_register() const {
    return {
        .base = address,
        .limit = static_cast<uint16_t>(entries.size() * sizeof(uint64_t) - 1)};
  }
};

/// SMBIOS 3: entry point and structures behind it.
struct SmbiosDescription {
  uint32_t address = 0;
  std::vector<std::string> oem_strings;
};

/// Bytes of guest memory.
struct Chunk {
  uint32_t address;
  std::string bytes;
};

/// What one VMM promises the firmware: a description of the moment of entry.
struct Contract {
  std::string name;

  /// The machine of QEMU's that stands in for the VMM's.
  qemu::Machine machine = qemu::Machine::Q35();
  /// What makes it look like the VMM's: windows, BARs, memory that is open.
  LaunchScript platform = {};

  ProcessorState processor;
  /// What segments are loaded from.
  DescriptorTable gdt;
  /// What the register says at entry, if that is not the table.
  std::optional<TableRegister> final_gdtr = {};
  TableRegister idtr = {};

  std::variant<StartInfo, ZeroPage, ResetVector> boot_information;
  std::vector<MemoryEntry> memory_map = {};
  std::string command_line = {};
  std::vector<Module> modules = {};

  std::optional<AcpiDescription> acpi = {};
  std::optional<SmbiosDescription> smbios = {};

  /// Anything else in memory: page tables, the BIOS data area, leftovers.
  std::vector<Chunk> memory = {};
};

/// What a VM's owner decides, whatever the VMM.
struct VirtualMachine {
  std::string command_line = {};
  /// What the firmware is to boot, where the VMM can be given that.
  std::string kernel = {};
  std::string initrd = {};
  std::vector<std::string> oem_strings = {};
};

/// The script for the launcher: does what the contract says, fills the image's
/// BSS with garbage, and enters `firmware`, an ELF file's bytes, by the door
/// the contract's boot information is for.
std::string MakeLaunchScript(const Contract& contract,
                             const std::string& firmware);

}  // namespace flint::contracts
