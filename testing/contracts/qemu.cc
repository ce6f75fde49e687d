// SPDX-License-Identifier: Apache-2.0
//
// QEMU's own ways of starting a PVH kernel, as seen by running them. The tests
// of testing/boot start the real ones; here they are surrounded by what might
// be left behind.
#include "testing/contracts/microvm.h"
#include "testing/contracts/q35.h"
#include "testing/contracts/vmms.h"

namespace flint::contracts {
namespace {

constexpr int kMebibytes = 512;
constexpr uint64_t kMemoryEnd = uint64_t{kMebibytes} << 20;

}  // namespace

Contract QemuSeaBios(const VirtualMachine& vm) {
  constexpr uint32_t kEcam = 0xB0000000;
  constexpr uint32_t kDisk = 0xFEBF0000;
  constexpr uint32_t kBiosMemory = 0x1FFDD000;
  LaunchScript platform = q35::SetUp({.ecam = kEcam, .disk = kDisk});
  // SeaBIOS's driver has not been stopped.
  platform.Append(q35::LeaveDiskRunning(kDisk, kBiosMemory));
  return {
      .name = "qemu-seabios",

      .machine = q35::Machine(kMebibytes),
      .platform = platform,

      .processor = {.rsp = 0x6F00,
                    .rflags = 0x6,
                    .rbx = 0x21E0,
                    .rcx = 0x200000,
                    .cr0 = 0x11,
                    .code_selector = 0x08,
                    .data_selector = 0x10},
      // In the option ROM.
      .gdt = {.address = 0xC0118,
              .entries = {0,
                          0x00CF9B000000FFFF,
                          0x00CF93000000FFFF,
                          0x00009B000000FFFF,
                          0x000093000000FFFF}},
      // Real mode's.
      .idtr = {.base = 0, .limit = 0x3FF},

      .boot_information = StartInfo{.version = 1,
                                    .address = 0x21E0,
                                    .memory_map = 0x5A8,
                                    .command_line = 0x11C0,
                                    .module_list = 0x21C0,
                                    .rsdp = 0xF59D0},
      .memory_map = {{0, 0x9FC00, kRam},
                     {0x9FC00, 0xA0000, kReserved},
                     {0xF0000, 0x100000, kReserved},
                     {0x100000, kBiosMemory, kRam},
                     // With the ACPI tables in it.
                     {kBiosMemory, kMemoryEnd, kReserved},
                     {kEcam, kEcam + (256u << 20), kReserved},
                     {0xFED1C000, 0xFED20000, kReserved},
                     {0xFFFC0000, 0x100000000, kReserved},
                     {0xFD00000000, 0x10000000000, kReserved}},
      .command_line = vm.command_line,

      .acpi = AcpiDescription{.root_pointer = 0xF59D0,
                              .tables = 0x1FFE0000,
                              // Of revision 0.
                              .root = acpi::FakeTables::Root::kRsdt,
                              .sleep_control = q35::kSleepControl,
                              .sleep_status = q35::kSleepStatus,
                              .reset = q35::kSleepControl,
                              .reset_value = q35::kResetValue,
                              .pm_timer = q35::kPmTimer,
                              .ecam = Ecam{.address = kEcam, .last_bus = 127},
                              .has_pic = true,
                              .dsdt = q35::Dsdt("")},
      .memory = {{kBiosMemory, std::string(0x3000, '\0')}},
  };
}

Contract QemuSeaBiosWithLiveDevice(const VirtualMachine& vm) {
  constexpr uint32_t kRegisters = 0xFEBE0000;
  constexpr uint32_t kFreeMemory = 0x10000000;
  Contract contract = QemuSeaBios(vm);
  contract.name = "qemu-seabios-live-device";
  // A byte every ten seconds: it is busy until the test ends.
  contract.machine.WithArguments(
      {"-device",
       "virtio-rng-pci,id=live,addr=3,disable-legacy=on,max-bytes=1,period="
       "10000"});
  contract.platform = q35::SetUp({.ecam = 0xB0000000});
  contract.platform.Append(
      q35::LeaveRandomSourceRunning(kRegisters, kFreeMemory));
  return contract;
}

Contract QemuQboot(const VirtualMachine& vm) {
  return {
      .name = "qemu-qboot",

      .machine = microvm::Machine(kMebibytes),

      // A number that means multiboot elsewhere.
      .processor = {.rsp = 0x7B00,
                    .rflags = 0x46,
                    .rax = 0x2BADB002,
                    .rbx = 0xE31E0,
                    .cr0 = 0x11,
                    .code_selector = 0x08,
                    .data_selector = 0x10},
      .gdt = {.address = 0x1000,
              .entries = {0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF}},
      // In ROM, and at an odd address.
      .final_gdtr = TableRegister{.base = 0xFFFFFFC1, .limit = 0x17},
      .idtr = {.base = 0, .limit = 0xFFFF},

      // 64 KiB lower than qboot's, where the launcher's ROM is.
      .boot_information = StartInfo{.version = 1,
                                    .address = 0xE31E0,
                                    .memory_map = 0xEF100,
                                    .command_line = 0xEF800,
                                    .module_list = 0x7BA0,
                                    .rsdp = 0xE34D0},
      .memory_map = {{0, 0x9FC00, kRam},
                     {0x9FC00, 0xA0000, kReserved},
                     {0xD0000, 0xF0000, kAcpiNvs},
                     {0xF0000, 0x100000, kReserved},
                     {0x100000, kMemoryEnd, kRam},
                     {0, 0, 0}},
      .command_line = vm.command_line,

      .acpi = AcpiDescription{.root_pointer = 0xE34D0,
                              .tables = 0xD0000,
                              .sleep_control = microvm::kSleepControl,
                              .sleep_status = microvm::kSleepStatus,
                              .reset = microvm::kReset,
                              .reset_value = microvm::kResetValue,
                              .has_pic = true,
                              .has_second_io_apic = true,
                              .dsdt = microvm::Dsdt()},
  };
}

}  // namespace flint::contracts
