// SPDX-License-Identifier: Apache-2.0
//
// cloud-hypervisor on x86_64. [arch/src/x86_64/{layout,mod,regs}.rs,
// vmm/src/acpi.rs]
//
// What QEMU cannot follow: configuration space at 0xE8000000 that shows
// function 0 as all eight, a PM timer at port 0x608 (it is where the FADT
// says), windows at the end of the 64-bit address space.
#include "testing/contracts/aml.h"
#include "testing/contracts/q35.h"
#include "testing/contracts/vmms.h"

namespace flint::contracts {
namespace {

constexpr uint64_t kMemoryEnd = 512u << 20;
constexpr uint32_t kEcam = 0xE0000000;
/// Registers of disks are allocated from the 32-bit window's end.
constexpr uint32_t kDisk = 0xDFF80000;

}  // namespace

Contract CloudHypervisor(const VirtualMachine& vm) {
  Contract contract{
      .name = "cloud-hypervisor",

      // No PIC, no PIT, no HPET.
      .machine = q35::Machine(512).WithArguments(
          {"-machine", "pic=off,pit=off,hpet=off"}),
      .platform = q35::SetUp({.ecam = kEcam, .disk = kDisk}),

      // Everything else is 0, the stack pointer included.
      .processor = {.rflags = 0x2,
                    .rbx = 0x6000,
                    .cr0 = 0x1,
                    .code_selector = 0x08,
                    .data_selector = 0x10,
                    .task_selector = 0x18},
      .gdt = {.address = 0x500,
              .entries = {0,
                          0x00CF9B000000FFFF,
                          0x00CF93000000FFFF,
                          0x0000890000000067}},
      .idtr = {.base = 0x520, .limit = 7},

      .boot_information = StartInfo{.version = 1,
                                    .address = 0x6000,
                                    .memory_map = 0x7000,
                                    .command_line = 0x20000,
                                    .module_list = 0x6040,
                                    .rsdp = 0xA0000},
      // Nothing is said of 0xA0000-0xFFFFF, where all tables are.
      .memory_map = {{0, 0xA0000, kRam},
                     {0x100000, kMemoryEnd, kRam},
                     {kEcam, kEcam + (256u << 20), kReserved}},
      .command_line = vm.command_line,

      .acpi = AcpiDescription{.root_pointer = 0xA0000,
                              .tables = 0xA0040,
                              .sleep_control = q35::kSleepControl,
                              .sleep_status = q35::kSleepStatus,
                              .reset = q35::kSleepControl,
                              .reset_value = q35::kResetValue,
                              .pm_timer = q35::kPmTimer,
                              .ecam = Ecam{.address = kEcam, .last_bus = 0},
                              .dsdt = q35::Dsdt(aml::Resources(
                                  {aml::BusWindow(0, 0),
                                   aml::Ports(0xCF8, 8),
                                   aml::PortWindow(0x1000, 0xFFFF),
                                   aml::MemoryWindow(0xC0000000, kEcam - 1)}))},
      .smbios =
          SmbiosDescription{.address = 0xF0000, .oem_strings = vm.oem_strings},
      // The BIOS data area's word for the extended one.
      .memory = {{0x40E, std::string("\x00\xA0", 2)},
                 {0x520, std::string(8, 0)}},
  };
  if (!vm.initrd.empty()) {
    // Page-aligned, at the end of the first RAM region but its low one.
    const uint64_t address = (kMemoryEnd - vm.initrd.size()) & ~0xFFFull;
    contract.modules = {
        {.address = static_cast<uint32_t>(address), .contents = vm.initrd}};
  }
  return contract;
}

Contract CloudHypervisorWithZones(const VirtualMachine& vm) {
  constexpr uint64_t kGib = uint64_t{1} << 30;
  Contract contract = CloudHypervisor(vm);
  contract.name = "cloud-hypervisor-zones";
  contract.machine = q35::Machine(6144);
  contract.memory_map = {{0, 0xA0000, kRam},
                         {0x100000, 1 * kGib, kRam},
                         {3 * kGib / 2, 2 * kGib, kRam},
                         {4 * kGib, 5 * kGib, kRam},
                         {6 * kGib, 8 * kGib, kRam},
                         {kEcam, kEcam + (256u << 20), kReserved}};
  return contract;
}

}  // namespace flint::contracts
