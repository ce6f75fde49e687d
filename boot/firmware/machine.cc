// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/machine.h"

#include <algorithm>

#include "boot/cpu/processor_end.h"
#include "boot/cpu/use_page_tables.h"
#include "boot/firmware/mmio_discovery.h"
#include "boot/firmware/vmm_files.h"
#include "boot/info/start_info.h"
#include "boot/info/zero_page.h"
#include "boot/paging/address_space.h"
#include "boot/paging/paging_features.h"
#include "boot/platform/ram_discovery.h"
#include "boot/platform/table_memory.h"
#include "boot/processors/trampoline.h"
#include "drivers/block/mmio_disks.h"
#include "drivers/block/pci_disks.h"
#include "platforms/base/log.h"
#include "platforms/runtime/image_layout.h"
#include "platforms/runtime/panic.h"

namespace flint::boot {
namespace {

/// What doors leave mapped, page 0 included: VMMs put their tables anywhere in
/// low memory.
constexpr uint64_t kDoorMemoryEnd = uint64_t{4} << 30;

/// Boot entries, rings' bookkeeping, the plan: only what is used is touched.
constexpr uint64_t kArenaBytes = uint64_t{8} << 20;

}  // namespace

Machine::Machine() {
  if (!serial_.Initialize() && debug_port_.IsPresent()) device_.UseSecond();
  log::Configure(&console_, log::Level::kInfo);
  runtime::SetPanicSink(&panic_console_);
}

Status Machine::FillInfo(DoorKind door, uint64_t argument) {
  runtime::IdentityMemory low_memory(1, kDoorMemoryEnd);
  switch (door) {
    case DoorKind::kPvh:
      return ReadStartInfo(low_memory, argument, info_);
    case DoorKind::kLinux64:
      return ReadZeroPage(low_memory, argument, info_);
    case DoorKind::kResetVector:
      return platform::DiscoverRam(FindFiles(), ports_, low_memory, info_);
  }
  return Fail(ErrorCode::kUnsupported, "no such door");
}

/// Null if there are none.
fw_cfg::FwCfg* Machine::FindFiles() {
  if (!files_) {
    files_.emplace(fw_cfg::FwCfg::Create({.ports = ports_,
                                          .memory = identity_,
                                          .clock = clock_,
                                          .scratch = files_scratch_}));
  }
  return *files_ ? &**files_ : nullptr;
}

Status Machine::ReadDoor(DoorKind door, uint64_t argument) {
  TRY(FillInfo(door, argument));
  if (info_.memory().empty()) {
    return Fail(ErrorCode::kNotFound, "the VMM gives no memory map");
  }
  settings_.ApplyWords(info_.command_line());
  log::Configure(&console_, settings_.log_level());
  if (info_.command_line_truncated()) {
    log::Warning("the VMM's command line is too long, its end was ignored");
  }
  if (info_.dropped_module_count() != 0) {
    log::Warning("{} modules of the VMM cannot be used",
                 info_.dropped_module_count());
  }
  Note(Stage::kVmmHeard);
  return {};
}

Status Machine::BringUpMemory() {
  const paging::PagingFeatures features = paging::ReadPagingFeatures(cpu_);
  map_.Build(info_.memory(), features.identity_limit());
  const runtime::AddressRange image = runtime::GetImageLayout().whole();
  map_.Claim(image.address, image.size_bytes(), memory::MemoryType::kImage);
  // Not mapped, for null pointers: nobody may be told that it is free.
  map_.Claim(0, memory::kPageSizeBytes, memory::MemoryType::kImage);
  for (const Module& module : info_.modules()) {
    map_.Claim(module.address, module.size_bytes, memory::MemoryType::kModule);
  }
  if (const DataRange tree = info_.device_tree(); tree.size_bytes != 0) {
    map_.Claim(tree.address, tree.size_bytes, memory::MemoryType::kModule);
  }
  if (map_.forgotten_bytes() != 0) {
    log::Warning("the memory map is too complex: {} KiB are not used",
                 map_.forgotten_bytes() >> 10);
  }
  if (info_.door() == DoorKind::kResetVector) {
    table_room_ = TRY(platform::MapTableMemory::Reserve(map_));
  }

  page_tables_.emplace(
      TRY(paging::PageTables::Create(identity_, map_, tlb_, features)));
  TRY(paging::MapAddressSpace(*page_tables_, map_, runtime::GetImageLayout()));
  cpu::UsePageTables(cpu_, *page_tables_);
  memory_.emplace(identity_, map_, *page_tables_);
  windows_.emplace(*page_tables_, map_);

  const uint64_t arena =
      TRY(map_.Allocate({.page_count = kArenaBytes / memory::kPageSizeBytes}));
  arena_.emplace(TRY(memory_->Map(arena, kArenaBytes)));
  kernel_words_ = TRY(KernelWordsOf(info_.command_line(), *arena_));
  Note(Stage::kMemoryReady);
  return {};
}

Status Machine::SetUpPlatform() {
  if (info_.door() != DoorKind::kResetVector) return {};
  // Reserved memory is read-only otherwise.
  TRY(page_tables_->MapIdentity(platform::kShadowRam,
                                platform::kShadowRamBytes,
                                {.access = paging::Access::kReadWrite}));
  platform_ = platform::SetUp({.files = FindFiles(),
                               .ports = ports_,
                               .cpu = cpu_,
                               .clock = clock_,
                               .windows = *windows_,
                               .map = map_,
                               .table_room = table_room_,
                               .memory = identity_,
                               .arena = *arena_,
                               .trampoline = processors::Trampoline()});
  return {};
}

void Machine::DiscoverPlatform() {
  const uint64_t rsdp_address = platform_.rsdp_address != 0
                                    ? platform_.rsdp_address
                                    : info_.rsdp_address();
  Result<acpi::Tables> tables =
      acpi::Tables::Find(*memory_, rsdp_address, info_.bios_data_address());
  if (!tables) {
    log::Debug("no ACPI: {}", tables.error());
    return;
  }
  tables_ = *tables;
  ProtectTables();
  ReadFadt();
  Note(Stage::kAcpiRead);
}

void Machine::ProtectTables() {
  std::array<acpi::TableRange, acpi::kMaxTables + 5> storage;
  const Result<std::span<acpi::TableRange>> ranges =
      tables_->ListRanges(storage);
  if (!ranges) {
    log::Warning("ACPI tables are not protected: {}", ranges.error());
    return;
  }
  for (const acpi::TableRange& range : *ranges) {
    const Status marked =
        map_.Mark(range.address,
                  range.size_bytes,
                  range.is_shared ? memory::MemoryType::kAcpiNvs
                                  : memory::MemoryType::kAcpiReclaim);
    if (!marked) {
      log::Debug("ACPI table at {:x}: {}", range.address, marked.error());
    }
  }
}

void Machine::ReadFadt() {
  const Result<Bytes> table = tables_->FindTable(acpi::kFadtSignature);
  const Result<acpi::Fadt> fadt =
      table ? acpi::ParseFadt(*table) : std::unexpected(table.error());
  if (!fadt) {
    log::Debug("no FADT: {}", fadt.error());
    return;
  }
  fadt_ = *fadt;
  if (!fadt->pm_timer) return;
  const Result<io::RegisterAddress> counter =
      acpi::Resolve(*fadt->pm_timer, sizeof(uint32_t), ports_, *windows_);
  if (counter) {
    clock_.set_pm_timer(
        {.counter = *counter, .is_32_bit = fadt->pm_timer_is_32_bit});
  }
}

void Machine::ReadVmmFiles() {
  boot::ReadOemStrings(*memory_, settings_);
  ReadFwCfg();
  log::Configure(&console_, settings_.log_level());
  Note(Stage::kFilesRead);
}

void Machine::ReadFwCfg() {
  fw_cfg::FwCfg* const files = FindFiles();
  if (files == nullptr) return;
  // QEMU, then: nobody else's address space is searched for flash.
  variable_flash_.emplace(VariableFlash::Parts{.devices = *windows_,
                                               .clock = clock_,
                                               .pages = map_,
                                               .memory = *memory_});
  const bool devices_are_named = tables_ || !kernel_words_.empty();
  const Status read = boot::ReadVmmFiles(
      *files, *arena_, !devices_are_named, settings_, vmm_files_);
  if (!read) log::Warning("the VMM's files: {}", read.error());
}

Result<VmmKernel> Machine::FindVmmKernel() {
  fw_cfg::FwCfg* const files =
      info_.door() == DoorKind::kResetVector ? FindFiles() : nullptr;
  if (files == nullptr) {
    return Fail(ErrorCode::kNotFound, "the VMM has no kernel");
  }
  return VmmKernel::Find(*files);
}

void Machine::FindMmioDevices() {
  mmio_devices_.emplace(*windows_, *arena_);
  boot::FindMmioDevices({.command_line = kernel_words_,
                         .tables = tables_,
                         .fadt = fadt_,
                         .device_tree = device_tree()},
                        *mmio_devices_);
}

Bytes Machine::device_tree() {
  if (!vmm_files_.device_tree.empty()) return vmm_files_.device_tree;
  const auto [address, size_bytes] = info_.device_tree();
  if (size_bytes == 0) return {};
  const Result<MutableBytes> tree = memory_->Map(address, size_bytes);
  if (!tree) return {};
  return *tree;
}

Status Machine::StartDisks() {
  pci_buses_.emplace(PciBuses::Parts{.ports = ports_,
                                     .windows = *windows_,
                                     .cpu = cpu_,
                                     .files = FindFiles(),
                                     .tables = tables_,
                                     .fadt = fadt_,
                                     .map = map_,
                                     .arena = *arena_});
  TRY(pci_buses_->Start(platform_.functions));
  Note(Stage::kPciScanned);
  FindMmioDevices();
  const virtio::DriverResources resources{
      .clock = clock_, .memory = *memory_, .pages = map_, .arena = *arena_};
  block::AddPciDisks(pci_access(), pci_functions(), resources, disks_);
  block::AddMmioDisks(mmio_devices(), resources, disks_);
  Note(Stage::kDisksStarted);
  return {};
}

void Machine::StopDisks() {
  // All of them first: stopping one may stop others of its controller.
  for (const block::Disk& disk : disks_.disks()) {
    if (disk.device == nullptr || disk.device->write_count() == 0) continue;
    // A reset may cost the disk what is in its cache.
    if (const Status flushed = disk.device->Flush(); !flushed) {
      log::Warning("{} may lose what was written: {}",
                   disk.name.view(),
                   flushed.error());
    }
  }
  for (const block::Disk& disk : disks_.disks()) {
    if (disk.device == nullptr) continue;
    if (const Status stopped = disk.device->Quiesce(); !stopped) {
      // Its queue is idle, so going on is safer than not booting at all.
      log::Warning("{} does not stop: {}", disk.name.view(), stopped.error());
    }
  }
}

uint64_t Machine::NsOf(Stage stage) {
  const std::optional<uint64_t> ticks = timeline_.FindLast(stage);
  return ticks ? clock_.TicksToNs(*ticks) : 0;
}

std::optional<acpi::SleepType> Machine::FindSoftOff() {
  if (!fadt_) return std::nullopt;
  const Result<acpi::SleepType> found = acpi::FindSoftOff(*tables_, *fadt_);
  return found ? std::optional(*found) : std::nullopt;
}

// Only now: most boots never ask how to switch the machine off.
void Machine::UseAcpi(power::Power& power) {
  if (fadt_) power.UseAcpi(*fadt_, FindSoftOff(), *windows_);
}

void Machine::Reset() {
  cpu::ProcessorEnd processor;
  power::Power power(ports_, clock_, processor);
  UseAcpi(power);
  serial_.Flush();
  power.Reset();
  runtime::Halt();
}

void Machine::End() {
  cpu::ProcessorEnd processor;
  power::Power power(ports_, clock_, processor);
  UseAcpi(power);
  serial_.Flush();
  switch (settings_.on_failure()) {
    case settings::OnFailure::kReset:
      power.Reset();
      break;
    case settings::OnFailure::kPowerOff:
      power.PowerOff();
      break;
    case settings::OnFailure::kHalt:
      break;
  }
  runtime::Halt();
}

}  // namespace flint::boot
