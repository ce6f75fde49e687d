// SPDX-License-Identifier: Apache-2.0
//
// Xen's PVH guests. [tools/libs/guest/xg_dom_x86.c,
// tools/libs/light/libxl_x86{,_acpi}.c]
//
// What QEMU cannot follow: it is no Xen. There are no hypercalls, so no rings
// for console and disks, and there is more than Xen emulates: a PCI bus and a
// serial port, or, without ACPI, the devices of a small machine.
#include "testing/contracts/microvm.h"
#include "testing/contracts/q35.h"
#include "testing/contracts/vmms.h"

namespace flint::contracts {
namespace {

constexpr int kMebibytes = 512;
constexpr uint64_t kMemoryEnd = uint64_t{kMebibytes} << 20;
/// Modules, and pages behind them for all that is told.
constexpr uint32_t kFirstModule = 0x1000000;
constexpr uint64_t kPageBytes = 4096;
constexpr uint32_t kStartInfo = 0x3E00000;
constexpr uint32_t kCommandLine = kStartInfo + 56;
constexpr uint32_t kAcpiTables = 0xFC000000;
constexpr uint32_t kRootPointer = 0xFFFC0;

Contract Common(const VirtualMachine& vm) {
  const auto behind_command_line = static_cast<uint32_t>(
      (kCommandLine + vm.command_line.size() + 1 + 7) & ~7ull);
  Contract contract{
      .name = "xen-pvh",

      // Flat segments in the processor, but null selectors, and nothing in the
      // table they would come from.
      .processor = {.rflags = 0x2,
                    .rbx = kStartInfo,
                    .cr0 = 0x11,
                    .code_selector = 0x08,
                    .data_selector = 0x10,
                    .null_selectors = true},
      .gdt = {.address = 0x1000,
              .entries = {0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF}},
      .final_gdtr = TableRegister{},

      .boot_information = StartInfo{.version = 1,
                                    .address = kStartInfo,
                                    .memory_map = behind_command_line + 64,
                                    .command_line = kCommandLine,
                                    .module_list = behind_command_line,
                                    .rsdp = 0},
      // RAM from 0 without the hole of a PC, and pages for the console and the
      // like, which are no RAM of the guest's.
      .memory_map = {{0, kMemoryEnd, kRam},
                     {0xFEFF8000, 0xFF000000, kReserved}},
      .command_line = vm.command_line,
  };
  uint64_t address = kFirstModule;
  for (const std::string& file : {vm.kernel, vm.initrd}) {
    if (file.empty()) continue;
    contract.modules.push_back(
        {.address = static_cast<uint32_t>(address), .contents = file});
    address =
        (address + file.size() + kPageBytes - 1) / kPageBytes * kPageBytes;
  }
  return contract;
}

}  // namespace

Contract XenPvh(const VirtualMachine& vm) {
  Contract contract = Common(vm);
  // Memory of a device serves for that which holds Xen's tables.
  contract.machine = q35::Machine(kMebibytes)
                         .WithArguments({"-object",
                                         "memory-backend-ram,id=acpi,size=1M",
                                         "-device",
                                         "ivshmem-plain,memdev=acpi,addr=2"});
  contract.platform = q35::SetUp({.shared_memory = kAcpiTables});
  std::get<StartInfo>(contract.boot_information).rsdp = kRootPointer;
  contract.memory_map.push_back(
      {kAcpiTables, kAcpiTables + (1u << 20), kAcpiNvs});
  contract.acpi = AcpiDescription{.root_pointer = kRootPointer,
                                  .tables = kAcpiTables,
                                  .sleep_control = q35::kSleepControl,
                                  .sleep_status = q35::kSleepStatus,
                                  .reset = q35::kSleepControl,
                                  .reset_value = q35::kResetValue,
                                  // In place of Xen's clock.
                                  .pm_timer = q35::kPmTimer,
                                  .dsdt = q35::Dsdt("")};
  return contract;
}

Contract XenPvhWithoutAcpi(const VirtualMachine& vm) {
  Contract contract = Common(vm);
  contract.machine =
      microvm::Machine(kMebibytes)
          .WithArguments({"-machine",
                          "isa-serial=off,pic=off,pit=off,rtc=off",
                          "-device",
                          "isa-debugcon,iobase=0xe9,chardev=serial"});
  return contract;
}

}  // namespace flint::contracts
