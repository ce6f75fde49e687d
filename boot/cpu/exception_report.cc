// SPDX-License-Identifier: Apache-2.0
#include "boot/cpu/exception_report.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "platforms/base/format.h"
#include "platforms/runtime/backtrace.h"

namespace flint::cpu {
namespace {

using runtime::CallStack;
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

template <typename T>
struct Register {
  std::string_view name;
  uint64_t T::* value;
};

// A table, as code that lists them all would be three times as large.
constexpr auto kRegisters = std::to_array<Register<ExceptionFrame>>({
    {"rax", &ExceptionFrame::rax}, {"rbx", &ExceptionFrame::rbx},
    {"rcx", &ExceptionFrame::rcx}, {"rdx", &ExceptionFrame::rdx},
    {"rsi", &ExceptionFrame::rsi}, {"rdi", &ExceptionFrame::rdi},
    {"rbp", &ExceptionFrame::rbp}, {"rsp", &ExceptionFrame::rsp},
    {"r8", &ExceptionFrame::r8},   {"r9", &ExceptionFrame::r9},
    {"r10", &ExceptionFrame::r10}, {"r11", &ExceptionFrame::r11},
    {"r12", &ExceptionFrame::r12}, {"r13", &ExceptionFrame::r13},
    {"r14", &ExceptionFrame::r14}, {"r15", &ExceptionFrame::r15},
    {"rip", &ExceptionFrame::rip}, {"flg", &ExceptionFrame::rflags},
    {"cs", &ExceptionFrame::cs},   {"ss", &ExceptionFrame::ss},
});

constexpr auto kControlRegisters = std::to_array<Register<ControlRegisters>>({
    {"cr0", &ControlRegisters::cr0},
    {"cr2", &ControlRegisters::cr2},
    {"cr3", &ControlRegisters::cr3},
    {"cr4", &ControlRegisters::cr4},
});

constexpr size_t kRegistersPerLine = 4;

void WriteRegister(std::string_view name,
                   uint64_t value,
                   bool is_last,
                   PanicSink& out) {
  FixedText<32> text;
  text.AppendFormat("{:4}{:016x} ", name, value);
  if (is_last) text.Append("\n");
  out.Write(text.view());
}

template <typename T, size_t kCount>
void WriteRegisters(const std::array<Register<T>, kCount>& registers,
                    const T& values,
                    PanicSink& out) {
  for (size_t i = 0; i < kCount; ++i) {
    WriteRegister(registers[i].name,
                  values.*registers[i].value,
                  (i + 1) % kRegistersPerLine == 0,
                  out);
  }
}

// Says in which program it happened. An instruction pointer that is no code's
// is what something jumped to: then the last call tells more, if it was one.
void WritePlace(const ExceptionFrame& frame,
                const CallStack& calls,
                PanicSink& out) {
  if (calls.text.Contains(frame.rip)) return;
  if (runtime::IsCode(calls, frame.rip)) {
    out.Write("in ");
    runtime::WriteCodeAddress(calls, frame.rip, out);
  } else {
    FixedText<32> target;
    target.AppendFormat("jumped to {:x}", frame.rip);
    out.Write(target.view());
    const auto caller = runtime::ReadReturnAddress(calls, frame.rsp);
    if (caller) {
      out.Write(" from ");
      runtime::WriteCodeAddress(calls, *caller, out);
    }
  }
  out.Write("\n");
}

}  // namespace

void WriteExceptionReport(const ExceptionFrame& frame,
                          const ControlRegisters& control,
                          const ReportSources& sources,
                          PanicSink& out) {
  const ImageLayout& image = sources.image;
  const CallStack calls = {.memory = sources.memory,
                           .stack = image.stack,
                           .text = image.text,
                           .image = image.whole(),
                           .names = sources.names};
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
  WritePlace(frame, calls, out);
  WriteRegisters(kRegisters, frame, out);
  WriteRegisters(kControlRegisters, control, out);
  runtime::WriteBacktrace(calls, frame.rbp, out);
  // A stack that overflowed is full from its very end.
  const bool overflowed = image.stack_guard.Contains(frame.rsp);
  runtime::WriteStackWords(
      calls, overflowed ? image.stack.address : frame.rsp, out);
}

}  // namespace flint::cpu
