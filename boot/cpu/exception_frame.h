// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace flint::cpu {

/// The processor's state at an exception: what exception_stubs.S pushes, above
/// what the processor pushed. [sdm 3A 6.14.2]
struct ExceptionFrame {
  uint64_t r15;
  uint64_t r14;
  uint64_t r13;
  uint64_t r12;
  uint64_t r11;
  uint64_t r10;
  uint64_t r9;
  uint64_t r8;
  uint64_t rbp;
  uint64_t rdi;
  uint64_t rsi;
  uint64_t rdx;
  uint64_t rcx;
  uint64_t rbx;
  uint64_t rax;
  uint64_t vector;
  uint64_t error_code;  // 0 where the processor pushes none

  uint64_t rip;
  uint64_t cs;
  uint64_t rflags;
  uint64_t rsp;
  uint64_t ss;
};
static_assert(offsetof(ExceptionFrame, vector) == 15 * 8);
static_assert(sizeof(ExceptionFrame) == 22 * 8);

/// [sdm 3A 2.5]
struct ControlRegisters {
  uint64_t cr0;
  uint64_t cr2;  // the address of a page fault
  uint64_t cr3;
  uint64_t cr4;
};

/// Exceptions with a place of their own. [sdm 3A 6.3.1]
inline constexpr uint64_t kNmiVector = 2;
inline constexpr uint64_t kInvalidOpcodeVector = 6;
inline constexpr uint64_t kDoubleFaultVector = 8;
inline constexpr uint64_t kPageFaultVector = 14;
inline constexpr uint64_t kMachineCheckVector = 18;
inline constexpr size_t kExceptionCount = 32;

}  // namespace flint::cpu
