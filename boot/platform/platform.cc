// SPDX-License-Identifier: Apache-2.0
#include "boot/platform/platform.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "boot/platform/pci_set_up.h"
#include "boot/platform/table_memory.h"
#include "boot/platform/vmm_hints.h"
#include "boot/processors/processors.h"
#include "drivers/acpi_loader/acpi_loader.h"
#include "drivers/chipset/chipset.h"
#include "drivers/mtrr/mtrr.h"
#include "drivers/pci/ecam_config.h"
#include "drivers/pci/port_config.h"
#include "drivers/smbios/table_files.h"
#include "platforms/base/checked.h"
#include "platforms/base/log.h"

namespace flint::platform {
namespace {

constexpr uint64_t kMib = uint64_t{1} << 20;
constexpr uint64_t k4Gib = uint64_t{1} << 32;

/// What the ROM and its variables are read from ends at 4 GiB.
constexpr uint64_t kFlashBytes = uint64_t{4} << 20;

/// Where the memory of devices begins at the least if no chipset says. crosvm's
/// RAM may go beyond.
constexpr uint64_t kDefaultDeviceMemory = 0xC000'0000;

constexpr uint32_t kFeatureControlMsr = 0x3A;
constexpr size_t kMaxMsrs = 48;

/// An entry point of 32 bits has 16 for it; QEMU's tables are 1 KiB.
constexpr uint32_t kMaxSmbiosBytes = 64 * 1024;

class SetUpWalk {
 public:
  explicit SetUpWalk(const Parts& parts)
      : parts_(parts),
        port_config_(parts.ports),
        tables_(parts.map, parts.table_room) {}

  Platform Run() {
    ReadVmm();
    SetUpChipset();
    // Tables are made when they are read, and tell of BARs.
    LoadAcpi();
    const Status smbios = LoadSmbios();
    if (!smbios) log::Warning("the VMM's SMBIOS tables: {}", smbios.error());
    const Status returned = tables_.Finish();
    if (!returned) log::Warning("room for tables: {}", returned.error());
    SetUpProcessors();
    return platform_;
  }

 private:
  void ReadVmm();
  void SetUpChipset();
  Status SetUpPci(const chipset::Chipset& chipset);
  void LoadAcpi();
  Status LoadSmbios();
  void SetUpProcessors();
  void Reserve(uint64_t address, uint64_t size_bytes) const;

  const Parts& parts_;
  pci::PortConfig port_config_;
  std::optional<pci::EcamConfig> ecam_config_;
  VmmHints hints_;
  MapTableMemory tables_;
  uint64_t device_memory_ = 0;
  Platform platform_;
};

void SetUpWalk::ReadVmm() {
  Reserve(k4Gib - kFlashBytes, kFlashBytes);
  if (parts_.files == nullptr) return;
  const Result<VmmHints> hints = ReadHints(*parts_.files);
  if (hints) {
    hints_ = *hints;
  } else {
    log::Warning("the VMM's files: {}", hints.error());
  }
}

void SetUpWalk::SetUpChipset() {
  const Result<chipset::Chipset> chipset = chipset::Chipset::Find(port_config_);
  if (!chipset) {
    log::Debug("{}", chipset.error());
    device_memory_ =
        std::clamp(AlignDown(RamEnd(parts_.map, k4Gib) + kMib - 1, kMib),
                   kDefaultDeviceMemory,
                   chipset::Chipset::kDeviceMemoryEnd);
    return;
  }
  chipset->Start(port_config_, parts_.ports);
  device_memory_ = chipset->DeviceMemoryStart(RamEnd(parts_.map, k4Gib));
  for (const chipset::AddressRange& range : chipset->reserved()) {
    Reserve(range.address, range.size_bytes);
  }
  const Status done = SetUpPci(*chipset);
  if (!done) log::Warning("PCI is not set up: {}", done.error());
}

Status SetUpWalk::SetUpPci(const chipset::Chipset& chipset) {
  pci::PciConfig* config = &port_config_;
  if (const auto window = chipset.configuration_window()) {
    Reserve(window->address, window->size_bytes);
    const std::array allocations{pci::EcamAllocation{.base = window->address,
                                                     .segment = 0,
                                                     .first_bus = 0,
                                                     .last_bus = 255}};
    config = &ecam_config_.emplace(TRY(
        pci::EcamConfig::Create(allocations, parts_.windows, parts_.arena)));
  }
  platform_.functions = TRY(platform::SetUpPci(
      *config,
      {.windows = WindowsOfPc(
           parts_.map, parts_.cpu, device_memory_, hints_.reserved_memory_end),
       .extra_root_count = static_cast<size_t>(hints_.extra_pci_roots)},
      &chipset,
      parts_.arena));
  return {};
}

void SetUpWalk::LoadAcpi() {
  if (!hints_.has_table_loader) return;
  const Result<uint64_t> root_pointer = acpi_loader::LoadTables(
      *parts_.files, tables_, parts_.memory, parts_.arena);
  if (!root_pointer) {
    log::Warning("the VMM's ACPI tables: {}", root_pointer.error());
    return;
  }
  platform_.rsdp_address = *root_pointer;
}

Status SetUpWalk::LoadSmbios() {
  const fw_cfg::File& anchor = hints_.smbios_entry_point;
  const fw_cfg::File& tables = hints_.smbios_structures;
  if (anchor.size_bytes == 0 || tables.size_bytes == 0) return {};
  const std::string_view entry_point = TRY(parts_.files->ReadText(
      anchor, smbios::kMaxEntryPointBytes, parts_.arena));
  const std::string_view structures =
      TRY(parts_.files->ReadText(tables, kMaxSmbiosBytes, parts_.arena));
  const uint64_t anchor_address = TRY(tables_.AllocateFSegment(
      smbios::kMaxEntryPointBytes, smbios::kEntryPointAlignmentBytes));
  // Where nobody thinks that it is free once ACPI is read.
  const uint64_t structures_address =
      TRY(tables_.AllocateHigh(structures.size(), 1));
  TRY(smbios::PlaceTables(
      {.entry_point = AsBytes(entry_point), .structures = AsBytes(structures)},
      {.entry_point_address = anchor_address,
       .structures_address = structures_address},
      parts_.memory));
  return {};
}

void SetUpWalk::SetUpProcessors() {
  const mtrr::MemoryTypes types(parts_.cpu, device_memory_);
  std::array<mtrr::MsrValue, kMaxMsrs> msrs;
  size_t count = types.Values().size();
  std::ranges::copy(types.Values(), msrs.begin());
  if (hints_.feature_control != 0) {
    msrs[count++] = {.index = kFeatureControlMsr,
                     .value = hints_.feature_control};
  }
  const auto values = std::span(msrs).first(count);
  for (const mtrr::MsrValue& msr : values) {
    parts_.cpu.WriteMsr(msr.index, msr.value);
  }
  if (hints_.processor_count <= 1 || values.empty()) return;
  const Status parked =
      processors::Park({.cpu = parts_.cpu,
                        .mapper = parts_.windows,
                        .clock = parts_.clock,
                        .pages = parts_.map,
                        .memory = parts_.memory,
                        .trampoline = parts_.trampoline},
                       static_cast<uint16_t>(hints_.processor_count - 1),
                       values);
  if (!parked) log::Warning("{}", parked.error());
}

void SetUpWalk::Reserve(uint64_t address, uint64_t size_bytes) const {
  const Status marked =
      parts_.map.Mark(address, size_bytes, memory::MemoryType::kReserved);
  if (!marked) log::Warning("{:x}: {}", address, marked.error());
}

}  // namespace

Platform SetUp(const Parts& parts) { return SetUpWalk(parts).Run(); }

}  // namespace flint::platform
