// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "boot/cpu/use_page_tables.h"
#include "boot/firmware/panic_console.h"
#include "boot/firmware/pci_buses.h"
#include "boot/firmware/variable_flash.h"
#include "boot/firmware/vmm_files.h"
#include "boot/firmware/vmm_kernel.h"
#include "boot/info/boot_info.h"
#include "boot/memory/memory_map.h"
#include "boot/paging/device_windows.h"
#include "boot/paging/mapped_memory.h"
#include "boot/paging/page_tables.h"
#include "boot/platform/platform.h"
#include "boot/settings/settings.h"
#include "boot/timeline/timeline.h"
#include "drivers/acpi/fadt.h"
#include "drivers/acpi/sleep_type.h"
#include "drivers/acpi/tables.h"
#include "drivers/block/disk_list.h"
#include "drivers/clock/tsc_clock.h"
#include "drivers/console/log_console.h"
#include "drivers/console/shared_output.h"
#include "drivers/console/switched_output.h"
#include "drivers/console/text_input.h"
#include "drivers/console/text_output.h"
#include "drivers/fw_cfg/fw_cfg.h"
#include "drivers/io/cpu.h"
#include "drivers/io/cpu_registers.h"
#include "drivers/io/port_io.h"
#include "drivers/io/register_io.h"
#include "drivers/io/register_window.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "drivers/power/power.h"
#include "drivers/serial/debug_port.h"
#include "drivers/serial/uart16550.h"
#include "drivers/virtio/connect_pci.h"
#include "drivers/virtio/mmio_devices.h"
#include "loader/boot_plan/device_order.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"
#include "platforms/runtime/identity_memory.h"

namespace flint::boot {

/// What the firmware runs on: everything between the door and the boot plan.
/// Comes to life in stages, each of which needs those before it:
///
///     Machine                 console, clock
///     ReadDoor                what the VMM said, settings
///     BringUpMemory           memory map, page tables, exceptions
///     SetUpPlatform           at the reset vector: chipset, PCI, tables
///     DiscoverPlatform        ACPI, power
///     ReadVmmFiles            more settings, the order of devices
///     StartDisks              PCI, set up now if nobody has; disks
///
/// About 600 KiB, and other objects point into it: one static object.
class Machine final {
 public:
  /// Starts the console, and makes it the log's and the panic's.
  Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// Copies what the VMM said out of its low memory, and applies the settings
  /// among it. At the reset vector, asks what memory there is.
  Status ReadDoor(DoorKind door, uint64_t argument);

  /// Makes the memory map, and page tables that follow it.
  Status BringUpMemory();

  /// Does what firmware owes a machine that comes from its reset; nothing if
  /// somebody has been there before us.
  Status SetUpPlatform();

  /// Reads the ACPI tables, if there are any.
  void DiscoverPlatform();

  /// Reads what the VMM passes as OEM strings of its SMBIOS and as files, if it
  /// does: settings, which go before those of its command line, and the order
  /// of devices.
  void ReadVmmFiles();

  /// The kernel that the VMM was given beside us, if we are its firmware: what
  /// a VMM loads is nobody's to boot. kNotFound, or as `VmmKernel::Find`.
  Result<VmmKernel> FindVmmKernel();

  /// Finds all disks and starts them. One that fails is in the list with its
  /// reason. Fails only for want of memory.
  Status StartDisks();

  /// Stops all devices, so that none writes to memory that is no longer ours.
  void StopDisks();

  /// Resets the machine.
  [[noreturn]] void Reset();

  /// Does what the settings want done when nothing could be booted, or the
  /// firmware failed.
  [[noreturn]] void End();

  const BootInfo& info() const { return info_; }
  const settings::Settings& settings() const { return settings_; }
  /// In which order the VM's owner wants devices tried; empty if nothing is
  /// said.
  const boot_plan::DeviceOrder& device_order() const {
    return vmm_files_.device_order;
  }
  /// What belongs on every Linux kernel's command line: where virtio-mmio
  /// devices are, as the VMM told us on ours. Mostly empty.
  std::string_view kernel_words() const { return kernel_words_; }
  memory::MemoryMap& map() { return map_; }
  GuestMemory& memory() { return *memory_; }
  /// For what lives until hand-over.
  Arena& arena() { return *arena_; }
  clock::TscClock& clock() { return clock_; }
  /// What was done when, by that clock.
  Timeline& timeline() { return timeline_; }
  /// Adds to it that something has just been done. `subject` must outlive the
  /// machine.
  void Note(Stage stage, std::string_view subject = {}) {
    timeline_.Add(stage, clock_.NowTicks(), subject);
  }
  /// When that was done last, by the clock's nanoseconds; 0 if it was not.
  uint64_t NsOf(Stage stage);
  std::span<block::Disk> disks() { return disks_.disks(); }
  io::Cpu& cpu() { return cpu_; }
  io::RegisterIo& ports() { return ports_; }
  console::TextInput& input() { return serial_; }
  /// For programs.
  console::TextOutput& output() { return output_.programs(); }
  paging::DeviceWindows& windows() { return *windows_; }
  paging::PageTables& page_tables() { return *page_tables_; }
  /// Flash for UEFI variables; null if the VMM is none that has such flash.
  VariableFlash* variable_flash() {
    return variable_flash_ ? &*variable_flash_ : nullptr;
  }
  pci::PciConfig& pci_config() { return pci_buses_->config(); }
  virtio::PciAccess pci_access() {
    return {.config = pci_config(), .mapper = *windows_, .ports = ports_};
  }
  /// All functions, in bus order.
  std::span<const pci::Function> pci_functions() const {
    return pci_buses_->functions();
  }
  const std::optional<acpi::Fadt>& fadt() const { return fadt_; }
  /// How the VMM describes the machine, if it does; not checked.
  Bytes device_tree();
  /// In the order of whoever named them.
  std::span<virtio::MmioDevice* const> mmio_devices() const {
    return mmio_devices_->devices();
  }
  /// How ACPI switches the machine off. Searches for it: ask once.
  std::optional<acpi::SleepType> FindSoftOff();
  /// Address of the ACPI root pointer, or 0.
  uint64_t rsdp_address() const {
    return tables_ ? tables_->rsdp_address() : 0;
  }

 private:
  static constexpr size_t kMaxRanges = 8192;
  static constexpr size_t kMaxDisks = 64;

  Status FillInfo(DoorKind door, uint64_t argument);
  fw_cfg::FwCfg* FindFiles();
  void UseAcpi(power::Power& power);
  void ProtectTables();
  void ReadFadt();
  void ReadFwCfg();
  void FindMmioDevices();

  io::CpuRegisters cpu_;
  io::PortIo ports_;
  runtime::IdentityMemory identity_;
  alignas(clock::kKvmClockSizeBytes)
      std::array<std::byte, clock::kKvmClockSizeBytes> kvm_clock_{};
  clock::TscClock clock_{{.cpu = cpu_,
                          .ports = ports_,
                          .memory = identity_,
                          .kvm_clock = kvm_clock_,
                          .pm_timer = std::nullopt}};
  Timeline timeline_{Stage::kEntered, clock_.NowTicks()};
  io::RegisterWindow com1_{ports_, serial::kCom1Port, serial::kPortCount};
  serial::Uart16550 serial_{com1_, clock_};
  serial::DebugPort debug_port_{ports_};
  console::SwitchedOutput device_{serial_, debug_port_};
  console::SharedOutput output_{device_};
  console::LogConsole console_{output_.lines()};
  PanicConsole panic_console_{output_.lines()};

  std::array<std::byte, fw_cfg::FwCfg::kScratchBytes> files_scratch_;
  std::optional<Result<fw_cfg::FwCfg>> files_;

  BootInfo info_;
  settings::Settings settings_;
  VmmFiles vmm_files_;
  std::string_view kernel_words_;

  std::array<memory::MemoryRange, kMaxRanges> ranges_;
  memory::MemoryMap map_{ranges_};
  cpu::ProcessorTlb tlb_;
  std::optional<paging::PageTables> page_tables_;
  std::optional<paging::DeviceWindows> windows_;
  std::optional<paging::MappedMemory> memory_;
  std::optional<Arena> arena_;
  std::optional<VariableFlash> variable_flash_;

  // At the reset vector only.
  uint64_t table_room_ = 0;
  platform::Platform platform_;

  std::optional<acpi::Tables> tables_;
  std::optional<acpi::Fadt> fadt_;

  std::optional<PciBuses> pci_buses_;
  std::optional<virtio::MmioDevices> mmio_devices_;
  std::array<block::Disk, kMaxDisks> disk_storage_;
  block::DiskList disks_{disk_storage_};
};

}  // namespace flint::boot
