// SPDX-License-Identifier: Apache-2.0
//
// No VMM we know: what the specifications allow, and what a careless VMM might
// leave behind.
#include "testing/contracts/q35.h"
#include "testing/contracts/vmms.h"

namespace flint::contracts {
namespace {

constexpr uint64_t kGib = uint64_t{1} << 30;

/// As many entries as `boot/info` takes, for the same memory: 256 times the
/// same, then pieces in falling order, with empty ones, unknown types, and a
/// hole of 8 GiB before RAM that is not there.
std::vector<MemoryEntry> OddMap(const std::vector<MemoryEntry>& map) {
  constexpr size_t kEntries = 1024;
  constexpr uint32_t kUnknownType = 77;
  std::vector<MemoryEntry> odd(256, {0, 0x9F000, kRam});
  for (const MemoryEntry& entry : map) {
    if (entry.type != kRam) odd.push_back(entry);
  }
  odd.push_back({0x9F800, 0xA0000, kUnknownType});
  odd.push_back({0x9E000, 0x9F000, 0});
  odd.push_back({12 * kGib, 12 * kGib, kReserved});
  odd.push_back({UINT64_MAX - 0xFFF, 0xFFF, kReserved});
  const MemoryEntry& ram = map[1];
  const uint64_t pieces = kEntries - odd.size();
  constexpr uint64_t kPageMask = 0xFFF;
  const uint64_t size = (ram.end - ram.address) / pieces & ~kPageMask;
  for (uint64_t i = pieces; i-- > 0;) {
    const uint64_t start = ram.address + i * size;
    odd.push_back({start, i + 1 == pieces ? ram.end : start + size, kRam});
  }
  return odd;
}

}  // namespace

Contract Odd(const VirtualMachine& vm) {
  Contract contract = CloudHypervisor(vm);
  contract.name = "odd";

  // Alignment checks, nested task, direction down, all arithmetic flags.
  contract.processor.rflags = 0x44CD7;
  contract.processor.rax = contract.processor.rcx = 0xFFFFFFFF;
  contract.processor.rdx = contract.processor.rdi = 0xFFFFFFFF;
  contract.processor.rbp = contract.processor.rsi = 0xFFFFFFFF;
  // Write protection, alignment mask, no numeric errors; and all extensions
  // that need no paging.
  contract.processor.cr0 = 0x00050011;
  contract.processor.cr4 = 0x000006BC;
  // No-execute and system calls.
  contract.processor.efer = 0x801;
  contract.final_gdtr = TableRegister{.base = 0xFFFFFFF0, .limit = 0};
  contract.idtr = {.base = 0xDEADBEEF, .limit = 0xFFFF};

  // From the future; its pieces at the end of pages, and apart.
  constexpr uint32_t kCommandLinePage = 0x30000;
  contract.command_line += ' ';
  contract.boot_information =
      StartInfo{.version = 7,
                .address = 0x2FFC8,
                .memory_map = 0x10000,
                .command_line = static_cast<uint32_t>(
                    kCommandLinePage - 56 - contract.command_line.size() - 1),
                .module_list = 0x9EFE0,
                .rsdp = 0xA0000};
  contract.processor.rbx = 0x2FFC8;
  contract.memory_map = OddMap(contract.memory_map);
  contract.modules = {{.address = 0x3000001, .contents = "odd"}};

  // Time-stamp counter's auxiliary, and a page of what is not zero around all.
  contract.platform.WriteMsr(0xC0000103, 0x12345678ABCDEF);
  contract.platform.Fill(0x0, 0x9F000, 0x5A);
  return contract;
}

Contract OldPvh(const VirtualMachine& vm) {
  Contract contract = CloudHypervisor(vm);
  contract.name = "old-pvh";
  std::get<StartInfo>(contract.boot_information).version = 0;
  return contract;
}

Contract NoAcpi(const VirtualMachine& vm) {
  Contract contract = CloudHypervisor(vm);
  contract.name = "no-acpi";
  std::get<StartInfo>(contract.boot_information).rsdp = 0;
  contract.acpi.reset();
  // The kernel needs interrupts from somewhere.
  contract.machine = q35::Machine(512);
  return contract;
}

}  // namespace flint::contracts
