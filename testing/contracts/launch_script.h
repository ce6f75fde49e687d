// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flint::contracts {

/// What a descriptor table register holds.
struct TableRegister {
  uint32_t base = 0;
  uint16_t limit = 0;
};

/// The processor as the firmware finds it. What a contract does not name is 0.
struct ProcessorState {
  uint64_t rip = 0;
  uint64_t rsp = 0;
  uint64_t rflags = 2;
  uint64_t rax = 0, rbx = 0, rcx = 0, rdx = 0;
  uint64_t rsi = 0, rdi = 0, rbp = 0;
  uint64_t r8 = 0, r9 = 0, r10 = 0, r11 = 0;
  uint64_t r12 = 0, r13 = 0, r14 = 0, r15 = 0;
  uint32_t cr0 = 0, cr3 = 0, cr4 = 0;
  /// With long mode enabled and paging, the entry is in 64-bit mode.
  uint32_t efer = 0;
  uint16_t code_selector = 0;
  uint16_t data_selector = 0;
  uint16_t task_selector = 0;
  /// Segments are loaded from `gdtr` and flat, but their selectors read 0.
  bool null_selectors = false;
  /// Where the segments are loaded from: must be true.
  TableRegister gdtr = {};
  /// What the register says then: need not be.
  TableRegister final_gdtr = {};
  TableRegister idtr = {};
};

/// What a VMM does before it starts the guest, as a program for the launcher.
/// All addresses are below 4 GiB, and not in the script's own place.
class LaunchScript final {
 public:
  /// Where QEMU has to put the script.
  static uint32_t address();

  LaunchScript& Copy(uint64_t address, std::string_view bytes);
  LaunchScript& Fill(uint64_t address, uint64_t size_bytes, uint8_t value);
  LaunchScript& WritePort8(uint16_t port, uint8_t value);
  LaunchScript& WritePort16(uint16_t port, uint16_t value);
  LaunchScript& WritePort32(uint16_t port, uint32_t value);
  /// One access of that width, for registers of devices.
  LaunchScript& WriteMemory8(uint64_t address, uint8_t value);
  LaunchScript& WriteMemory16(uint64_t address, uint16_t value);
  LaunchScript& WriteMemory32(uint64_t address, uint32_t value);
  LaunchScript& WriteMsr(uint32_t index, uint64_t value);
  LaunchScript& Append(const LaunchScript& other);

  /// The bytes of the script, which ends by entering the firmware.
  std::string Finish(const ProcessorState& state) const;

 private:
  void AddWord(uint64_t value);
  void AddWords(uint32_t operation, uint64_t first, uint64_t second);

  std::string operations_;
};

}  // namespace flint::contracts
