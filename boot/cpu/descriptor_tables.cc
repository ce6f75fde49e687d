// SPDX-License-Identifier: Apache-2.0
#include "boot/cpu/descriptor_tables.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "boot/cpu/bring_up.h"
#include "boot/cpu/control_registers.h"
#include "boot/cpu/descriptor_formats.h"
#include "boot/cpu/exception_frame.h"
#include "boot/cpu/exception_report.h"
#include "boot/cpu/timer_interrupt.h"
#include "boot/cpu/trap_report.h"
#include "platforms/runtime/checked_build.h"
#include "platforms/runtime/identity_memory.h"
#include "platforms/runtime/image_layout.h"
#include "platforms/runtime/panic.h"

extern "C" {
// exception_stubs.S
extern const flint::runtime::LinkerSymbol flint_exception_stubs;
extern const flint::runtime::LinkerSymbol flint_spurious_interrupt;
// timer_interrupt.S
extern const flint::runtime::LinkerSymbol flint_timer_interrupt;

[[noreturn]] void flint_handle_exception(
    const flint::cpu::ExceptionFrame* frame);
}

namespace flint::cpu {
namespace {

constexpr uint64_t kStubBytes = 16;
constexpr size_t kVectorCount = 256;
constexpr size_t kStackBytes = 16384;

struct alignas(16) ExceptionStack {
  std::array<std::byte, kStackBytes> bytes;
};

// Which exceptions do not trust the stack in use, and the timer, which leaves
// it to applications. Each has a stack of its own, as one may strike while
// another is being reported.
constexpr auto kOwnStackVectors = std::to_array<uint64_t>({kNmiVector,
                                                           kDoubleFaultVector,
                                                           kPageFaultVector,
                                                           kMachineCheckVector,
                                                           kTimerVector});

using ExceptionStacks = std::array<ExceptionStack, kOwnStackVectors.size()>;

[[gnu::section(".bss.uncleared")]] constinit ExceptionStacks g_stacks{};
constinit TaskSegment g_task_segment;
alignas(8) constinit std::array<uint64_t, 6> g_gdt = {
    0, DESCRIPTOR_CODE32, DESCRIPTOR_CODE64, DESCRIPTOR_DATA};
constinit std::array<Gate, kVectorCount> g_idt;
constinit bool g_reporting = false;

uint64_t AddressOf(const void* object) {
  // SAFETY: memory is identity-mapped, and the processor wants addresses.
  return reinterpret_cast<uint64_t>(object);
}

void FillTaskSegment() {
  for (size_t i = 0; i < g_stacks.size(); ++i) {
    g_task_segment.interrupt_stacks[i] = AddressOf(&g_stacks[i] + 1);
  }
  // No map of permitted ports: beyond the limit.
  g_task_segment.io_map_base = sizeof(TaskSegment);
  const auto descriptor = TaskDescriptor(AddressOf(&g_task_segment));
  g_gdt[SELECTOR_TASK / 8] = descriptor[0];
  g_gdt[SELECTOR_TASK / 8 + 1] = descriptor[1];
}

uint64_t HandlerOf(size_t vector) {
  if (vector < kExceptionCount) {
    return flint_exception_stubs.address() + vector * kStubBytes;
  }
  return vector == kTimerVector ? flint_timer_interrupt.address()
                                : flint_spurious_interrupt.address();
}

void FillInterruptTable() {
  for (size_t vector = 0; vector < kVectorCount; ++vector) {
    g_idt[vector] = InterruptGate(HandlerOf(vector), SELECTOR_CODE64, 0);
  }
  for (size_t i = 0; i < kOwnStackVectors.size(); ++i) {
    g_idt[kOwnStackVectors[i]].interrupt_stack = static_cast<uint8_t>(i + 1);
  }
}

// An exception while one is reported says no more, but still ends as wanted.
[[noreturn]] void HandleException(const ExceptionFrame& frame) {
  if (!g_reporting) {
    g_reporting = true;
    const runtime::ImageLayout image = runtime::GetImageLayout();
    runtime::IdentityMemory memory;
    if constexpr (runtime::kCheckedBuild) {
      WriteTrapReport(frame, image.text, memory, runtime::LastWords());
    }
    WriteExceptionReport(frame,
                         ReadControlRegisters(),
                         {.image = image,
                          .memory = memory,
                          .names = runtime::CurrentAddressNames()},
                         runtime::LastWords());
  }
  runtime::EndInPanic();
}

}  // namespace

void LoadDescriptorTables() {
  FillTaskSegment();
  FillInterruptTable();
  LoadGlobalDescriptorTable(
      {.limit = sizeof(g_gdt) - 1, .address = AddressOf(&g_gdt)});
  LoadTaskRegister(SELECTOR_TASK);
  LoadInterruptDescriptorTable(
      {.limit = sizeof(g_idt) - 1, .address = AddressOf(&g_idt)});
}

}  // namespace flint::cpu

void flint_handle_exception(const flint::cpu::ExceptionFrame* frame) {
  flint::cpu::HandleException(*frame);
}
