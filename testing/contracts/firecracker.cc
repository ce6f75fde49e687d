// SPDX-License-Identifier: Apache-2.0
//
// Firecracker on x86_64. [src/vmm/src/arch/x86_64/{layout,mod,regs}.rs]
//
// What QEMU cannot follow: its devices' addresses. Configuration space is at
// 0xE0000000 rather than 0xEEC00000, virtio-mmio at QEMU's. And a guest of
// Firecracker's cannot power itself off; here it can, so that tests end.
#include "testing/contracts/aml.h"
#include "testing/contracts/microvm.h"
#include "testing/contracts/q35.h"
#include "testing/contracts/vmms.h"

namespace flint::contracts {
namespace {

constexpr int kMebibytes = 512;
constexpr uint64_t kMemoryEnd = uint64_t{kMebibytes} << 20;
/// Where the data area of a PC's BIOS would be; ACPI's tables are there.
constexpr uint32_t kSystemMemory = 0x9FC00;
constexpr uint32_t kRootPointer = 0xE0000;
constexpr uint32_t kEcam = 0xE0000000;
/// All registers of PCI devices are above 256 GiB.
constexpr uint64_t kHighWindow = uint64_t{256} << 30;

/// All that does not depend on how devices are attached.
Contract Common(const VirtualMachine& vm) {
  Contract contract{
      .name = "firecracker",

      .processor = {.rflags = 0x2,
                    .rbx = 0x6000,
                    .cr0 = 0x11,
                    .code_selector = 0x08,
                    .data_selector = 0x10,
                    .task_selector = 0x18},
      .gdt = {.address = 0x500,
              .entries = {0,
                          0x00CF9B000000FFFF,
                          0x00CF93000000FFFF,
                          0x008F890000000067}},
      .idtr = {.base = 0x520, .limit = 7},

      // The root pointer is there, but not told of.
      .boot_information = StartInfo{.version = 1,
                                    .address = 0x6000,
                                    .memory_map = 0x7000,
                                    .command_line = 0x20000,
                                    .module_list = 0x6040,
                                    .rsdp = 0},
      // Not sorted, and silent about the root pointer's page.
      .memory_map = {{0, kSystemMemory, kRam},
                     {kSystemMemory, kRootPointer, kReserved},
                     {kEcam, kEcam + (256u << 20), kReserved},
                     {0x100000, kMemoryEnd, kRam}},
      .command_line =
          "reboot=k panic=1 nomodule 8250.nr_uarts=0 "
          "i8042.noaux i8042.nomux i8042.dumbkbd " +
          vm.command_line,
      .memory = {{0x520, std::string(8, 0)}},
  };
  if (!vm.initrd.empty()) {
    const uint64_t address = (kMemoryEnd - vm.initrd.size()) & ~0xFFFull;
    contract.modules = {
        {.address = static_cast<uint32_t>(address), .contents = vm.initrd}};
  }
  return contract;
}

}  // namespace

Contract FirecrackerWithPci(const VirtualMachine& vm) {
  Contract contract = Common(vm);
  contract.machine = q35::Machine(kMebibytes);
  contract.platform = q35::SetUp({.ecam = kEcam, .disk = kHighWindow});
  contract.acpi = AcpiDescription{
      .root_pointer = kRootPointer,
      .tables = kSystemMemory,
      .sleep_control = q35::kSleepControl,
      .sleep_status = q35::kSleepStatus,
      .reset = q35::kSleepControl,
      .reset_value = q35::kResetValue,
      .pm_timer = q35::kPmTimer,
      .ecam = Ecam{.address = kEcam, .last_bus = 0},
      .dsdt = q35::Dsdt(aml::Resources(
          {aml::BusWindow(0, 0),
           aml::Ports(0xCF8, 8),
           aml::MemoryWindow(0xC0001000, kEcam - 1),
           aml::HighMemoryWindow(kHighWindow, 2 * kHighWindow - 1)}))};
  return contract;
}

Contract Firecracker(const VirtualMachine& vm) {
  Contract contract = Common(vm);
  contract.machine = microvm::Machine(kMebibytes);
  contract.command_line += " pci=off virtio_mmio.device=512@0xfeb02e00:47";
  contract.acpi = AcpiDescription{.root_pointer = kRootPointer,
                                  .tables = kSystemMemory,
                                  .sleep_control = microvm::kSleepControl,
                                  .sleep_status = microvm::kSleepStatus,
                                  .reset = microvm::kReset,
                                  .reset_value = microvm::kResetValue,
                                  .has_pic = true,
                                  .has_second_io_apic = true,
                                  .dsdt = microvm::Dsdt()};
  return contract;
}

}  // namespace flint::contracts
