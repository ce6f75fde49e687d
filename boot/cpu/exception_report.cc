// SPDX-License-Identifier: Apache-2.0
#include "boot/cpu/exception_report.h"

#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "platforms/base/format.h"
#include "platforms/runtime/backtrace.h"

namespace flint::cpu {
namespace {

using runtime::ImageLayout;
using runtime::PanicSink;

// [sdm 3A 6.3.1]
constexpr auto kNames = std::to_array<std::string_view>({
    "divide error",
    "debug",
    "non-maskable interrupt",
    "breakpoint",
    "overflow",
    "bound range exceeded",
    "invalid opcode",
    "no coprocessor",
    "double fault",
    "coprocessor segment overrun",
    "invalid task segment",
    "segment not present",
    "stack fault",
    "general protection",
    "page fault",
    "reserved",
    "floating-point error",
    "alignment check",
    "machine check",
    "vector floating-point error",
    "virtualization",
    "control protection",
    "reserved",
    "reserved",
    "reserved",
    "reserved",
    "reserved",
    "reserved",
    "hypervisor injection",
    "VMM communication",
    "security",
    "reserved",
});
static_assert(kNames.size() == kExceptionCount);

// The error code of a page fault. [sdm 3A 4.7]
constexpr uint64_t kPagePresent = 1 << 0;
constexpr uint64_t kPageWrite = 1 << 1;
constexpr uint64_t kPageReservedBit = 1 << 3;
constexpr uint64_t kPageFetch = 1 << 4;

constexpr uint64_t kPageBytes = 4096;

std::string_view NameOf(uint64_t vector) {
  return vector < kNames.size() ? kNames[vector] : "not an exception";
}

template <typename... Arguments>
void WriteLine(PanicSink& out,
               std::string_view format,
               const Arguments&... arguments) {
  FixedText<160> line;
  line.AppendFormat(format, arguments...);
  line.Append("\n");
  out.Write(line.view());
}

std::string_view AccessOf(uint64_t error_code) {
  if ((error_code & kPageFetch) != 0) return "execution at";
  return (error_code & kPageWrite) != 0 ? "write to" : "read from";
}

std::string_view ReasonOf(uint64_t error_code) {
  if ((error_code & kPageReservedBit) != 0) return "page tables are damaged";
  return (error_code & kPagePresent) != 0 ? "page does not allow it"
                                          : "page is not mapped";
}

std::string_view GuessAt(uint64_t address, const ImageLayout& image) {
  if (address < kPageBytes) return " (null pointer)";
  if (image.stack_guard.Contains(address)) return " (stack overflow)";
  return "";
}

void WriteRegisters(const ExceptionFrame& frame,
                    const ControlRegisters& control,
                    PanicSink& out) {
  using Register = std::pair<std::string_view, uint64_t>;
  const std::array<Register, 24> registers = {{
      {"rax", frame.rax},   {"rbx", frame.rbx},   {"rcx", frame.rcx},
      {"rdx", frame.rdx},   {"rsi", frame.rsi},   {"rdi", frame.rdi},
      {"rbp", frame.rbp},   {"rsp", frame.rsp},   {"r8", frame.r8},
      {"r9", frame.r9},     {"r10", frame.r10},   {"r11", frame.r11},
      {"r12", frame.r12},   {"r13", frame.r13},   {"r14", frame.r14},
      {"r15", frame.r15},   {"rip", frame.rip},   {"flg", frame.rflags},
      {"cs", frame.cs},     {"ss", frame.ss},     {"cr0", control.cr0},
      {"cr2", control.cr2}, {"cr3", control.cr3}, {"cr4", control.cr4},
  }};
  for (size_t i = 0; i < registers.size(); i += 4) {
    FixedText<160> line;
    for (const auto& [name, value] : std::span(registers).subspan(i, 4)) {
      line.AppendFormat("{:4}{:016x} ", name, value);
    }
    line.Append("\n");
    out.Write(line.view());
  }
}

}  // namespace

void WriteExceptionReport(const ExceptionFrame& frame,
                          const ControlRegisters& control,
                          const ImageLayout& image,
                          GuestMemory& memory,
                          PanicSink& out) {
  WriteLine(out,
            "exception {} ({}) at {:x}, error code {:x}",
            frame.vector,
            NameOf(frame.vector),
            frame.rip,
            frame.error_code);
  if (frame.vector == kPageFaultVector) {
    WriteLine(out,
              "{} {:x}: {}{}",
              AccessOf(frame.error_code),
              control.cr2,
              ReasonOf(frame.error_code),
              GuessAt(control.cr2, image));
  }
  WriteRegisters(frame, control, out);
  runtime::WriteBacktrace(memory, frame.rbp, image.stack, image.text, out);
}

}  // namespace flint::cpu
