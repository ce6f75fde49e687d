// SPDX-License-Identifier: Apache-2.0
#include "platforms/runtime/panic.h"

#include <array>
#include <cstdint>
#include <span>

#include "platforms/base/format.h"
#include "platforms/base/panic.h"
#include "platforms/runtime/backtrace.h"
#include "platforms/runtime/identity_memory.h"
#include "platforms/runtime/image_layout.h"

namespace flint {
namespace runtime {
namespace {

constinit PanicSink* g_sink = nullptr;
constinit void (*g_end)() = nullptr;
constinit bool g_panicking = false;
constinit bool g_ending = false;

void WriteBacktrace(uint64_t frame_pointer) {
  const ImageLayout image = GetImageLayout();
  IdentityMemory memory;
  std::array<uint64_t, 16> addresses;
  const size_t count =
      WalkFrames(memory, frame_pointer, image.stack, image.text, addresses);
  PanicWrite("called from:");
  for (const uint64_t address : std::span(addresses).first(count)) {
    FixedText<24> text;
    text.AppendFormat(" {:x}", address);
    PanicWrite(text.view());
  }
  PanicWrite("\n");
}

}  // namespace

void SetPanicSink(PanicSink* sink) { g_sink = sink; }

void SetPanicEnd(void (*end)()) { g_end = end; }

void PanicWrite(std::string_view text) {
  if (g_sink != nullptr) g_sink->Write(text);
}

void EndInPanic() {
  // What ends the machine may itself fail and panic.
  if (!g_ending && g_end != nullptr) {
    g_ending = true;
    g_end();
  }
  Halt();
}

void Halt() {
  for (;;) {
    // SAFETY: nothing runs after this. A non-maskable interrupt may wake the
    // processor, hence the loop.
    asm volatile("cli\n\thlt" : : : "memory");
  }
}

}  // namespace runtime

void Panic(std::string_view message) {
  using namespace runtime;
  if (!g_panicking) {
    g_panicking = true;
    PanicWrite("panic: ");
    PanicWrite(message);
    PanicWrite("\n");
    // SAFETY: our own frame; the walk checks all that it finds from there.
    WriteBacktrace(reinterpret_cast<uint64_t>(__builtin_frame_address(0)));
  }
  EndInPanic();
}

}  // namespace flint
