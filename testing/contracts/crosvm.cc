// SPDX-License-Identifier: Apache-2.0
//
// crosvm on x86_64, which takes the firmware for a 64-bit Linux kernel.
// [x86_64/src/{lib,regs,acpi}.rs]
//
// What QEMU cannot follow: the end of the guest through a port of its choice
// (ours is another).
#include <bit>

#include "platforms/base/endian.h"
#include "testing/contracts/aml.h"
#include "testing/contracts/microvm.h"
#include "testing/contracts/q35.h"
#include "testing/contracts/vmms.h"

namespace flint::contracts {
namespace {

constexpr int kMebibytes = 512;
constexpr uint64_t kMemoryEnd = uint64_t{kMebibytes} << 20;
constexpr uint32_t kEcam = 0xF4000000;
constexpr uint32_t kDisk = 0xD0000000;

constexpr uint32_t kTopTable = 0x9000;
constexpr uint32_t kDirectoryPointers = 0xA000;
constexpr uint32_t kDirectories = 0xB000;
constexpr uint64_t kPresentWritable = 0x03;
constexpr uint64_t kLargePage = 0x83;

std::string Words(const std::vector<uint64_t>& words) {
  std::string bytes;
  for (const uint64_t word : words) {
    const auto raw = std::bit_cast<std::array<char, 8>>(Le64(word));
    bytes.append(raw.data(), raw.size());
  }
  return bytes;
}

/// Identity-maps the first `gibibytes`, by 2 MiB.
std::vector<Chunk> PageTables(uint32_t gibibytes) {
  std::vector<uint64_t> pointers(512);
  std::vector<uint64_t> pages(512 * gibibytes);
  for (uint32_t i = 0; i < gibibytes; ++i) {
    pointers[i] = (kDirectories + 0x1000 * i) | kPresentWritable;
  }
  for (size_t i = 0; i < pages.size(); ++i) pages[i] = i << 21 | kLargePage;
  return {{kTopTable, Words({kDirectoryPointers | kPresentWritable})},
          {kDirectoryPointers, Words(pointers)},
          {kDirectories, Words(pages)}};
}

}  // namespace

Contract Crosvm(const VirtualMachine& vm) {
  Contract contract{
      .name = "crosvm",

      .machine = q35::Machine(kMebibytes),
      .platform = q35::SetUp({.ecam = kEcam, .disk = kDisk}),

      // Paging on, and caches off, as after reset.
      .processor = {.rsp = 0x8000,
                    .rflags = 0x2,
                    .rsi = 0x7000,
                    .cr0 = 0xE0000011,
                    .cr3 = kTopTable,
                    .cr4 = 1 << 5,
                    .efer = 1 << 8,
                    .code_selector = 0x10,
                    .data_selector = 0x18,
                    .task_selector = 0x20},
      .gdt = {.address = 0x1500,
              .entries = {0,
                          0,
                          0x00AF9B000000FFFF,
                          0x00CF93000000FFFF,
                          0x008F890000000FFF}},
      .idtr = {.base = 0x1528, .limit = 7},

      // The root pointer is there, but not told of.
      .boot_information =
          ZeroPage{.address = 0x7000, .command_line = 0x20000, .rsdp = 0},
      .memory_map = {{0, 0xA0000, kRam},
                     {0xA0000, 0x100000, kReserved},
                     {0x100000, kMemoryEnd, kRam},
                     {kEcam, kEcam + (64u << 20), kReserved}},
      .command_line = "panic=-1 console=ttyS0 " + vm.command_line,

      .acpi = AcpiDescription{.root_pointer = 0xE0000,
                              .tables = 0xE0040,
                              .sleep_control = q35::kSleepControl,
                              .sleep_status = q35::kSleepStatus,
                              .reset = q35::kSleepControl,
                              .reset_value = q35::kResetValue,
                              .pm_timer = q35::kPmTimer,
                              .ecam = Ecam{.address = kEcam, .last_bus = 31},
                              .has_pic = true,
                              .dsdt = q35::Dsdt(aml::Resources(
                                  {aml::BusWindow(0, 31),
                                   aml::Ports(0xCF8, 8),
                                   aml::MemoryWindow(kDisk, kEcam - 1)}))},
      .smbios =
          SmbiosDescription{.address = 0xF0000, .oem_strings = vm.oem_strings},
      .memory = PageTables(4),
  };
  if (!vm.initrd.empty()) {
    const uint64_t address = (kMemoryEnd - vm.initrd.size()) & ~0xFFFull;
    contract.modules = {
        {.address = static_cast<uint32_t>(address), .contents = vm.initrd}};
  }
  return contract;
}

Contract CrosvmWithOneGib(const VirtualMachine& vm) {
  Contract contract = Crosvm(vm);
  contract.name = "crosvm-one-gib";
  contract.memory = PageTables(1);
  // And the launcher's own page, which it leaves only with the last jump.
  constexpr uint32_t kRomDirectory = 0xC000;
  constexpr uint64_t kRom = 0xFFE00000;
  contract.memory.push_back(
      {kDirectoryPointers + 3 * 8, Words({kRomDirectory | kPresentWritable})});
  contract.memory.push_back({kRomDirectory, std::string(0x1000, '\0')});
  contract.memory.push_back(
      {kRomDirectory + 511 * 8, Words({kRom | kLargePage})});
  return contract;
}

// A microvm stands in: a PCI bus without a chip set that firmware would have to
// set up. A serial port lies where QEMU's files would be, as crosvm has none.
// Its SMBIOS would lie in the launcher's ROM.
Contract CrosvmBios(const VirtualMachine&) {
  constexpr uint32_t kMicrovmEcam = 0xE0000000;
  constexpr uint32_t kMicrovmDisk = 0xD0000000;
  const auto disk_register = [](uint32_t offset) {
    return kMicrovmEcam + (1 << 15) + offset;
  };
  LaunchScript platform;
  platform.WriteMemory32(disk_register(0x14), kMicrovmDisk + 0x8000)
      .WriteMemory32(disk_register(0x20), kMicrovmDisk)
      .WriteMemory32(disk_register(0x24), 0);
  return {
      .name = "crosvm-bios",

      .machine =
          microvm::Machine(kMebibytes)
              .WithArguments({"-machine",
                              "pcie=on",
                              "-chardev",
                              "null,id=nowhere",
                              "-device",
                              "isa-serial,iobase=0x510,irq=5,chardev=nowhere"}),
      .platform = platform,

      .processor = {.rflags = 0x2,
                    .cr0 = 0x11,
                    .code_selector = 0x08,
                    .data_selector = 0x10},
      .gdt = {.address = 0x1000,
              .entries = {0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF}},

      .boot_information = ResetVector{},

      .acpi =
          AcpiDescription{
              .root_pointer = 0xE0000,
              .tables = 0xE0040,
              .sleep_control = microvm::kSleepControl,
              .sleep_status = microvm::kSleepStatus,
              .reset = microvm::kReset,
              .reset_value = microvm::kResetValue,
              .ecam = Ecam{.address = kMicrovmEcam, .last_bus = 31},
              .has_second_io_apic = true,
              .dsdt = q35::Dsdt(aml::Resources(
                  {aml::BusWindow(0, 31),
                   aml::MemoryWindow(kMicrovmDisk, kMicrovmEcam - 1)}))},
  };
}

}  // namespace flint::contracts
