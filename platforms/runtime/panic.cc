// SPDX-License-Identifier: Apache-2.0
#include "platforms/runtime/panic.h"

#include <cstdint>

#include "platforms/base/panic.h"
#include "platforms/runtime/backtrace.h"
#include "platforms/runtime/identity_memory.h"
#include "platforms/runtime/image_layout.h"

namespace flint {
namespace runtime {
namespace {

class SilentSink final : public PanicSink {
  void Write(std::string_view) override {}
};

constinit SilentSink g_silent_sink;
constinit PanicSink* g_sink = &g_silent_sink;
constinit void (*g_end)() = nullptr;
constinit const AddressNames* g_names = nullptr;
constinit bool g_panicking = false;
constinit bool g_ending = false;

}  // namespace

void SetPanicSink(PanicSink* sink) {
  g_sink = sink != nullptr ? sink : &g_silent_sink;
}

void SetPanicEnd(void (*end)()) { g_end = end; }

void SetAddressNames(const AddressNames* names) { g_names = names; }

const AddressNames* CurrentAddressNames() { return g_names; }

PanicSink& LastWords() { return *g_sink; }

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
  if (!runtime::g_panicking) {
    runtime::g_panicking = true;
    runtime::PanicSink& words = runtime::LastWords();
    words.Write("panic: ");
    words.Write(message);
    words.Write("\n");
    const runtime::ImageLayout image = runtime::GetImageLayout();
    runtime::IdentityMemory memory;
    // SAFETY: our own frame; the walk checks all that it finds from there.
    const auto frame = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
    runtime::WriteBacktrace({.memory = memory,
                             .stack = image.stack,
                             .text = image.text,
                             .image = image.whole(),
                             .names = runtime::CurrentAddressNames()},
                            frame,
                            words);
  }
  runtime::EndInPanic();
}

}  // namespace flint
