// SPDX-License-Identifier: Apache-2.0
#include "boot/testing/checked_mistakes.h"

#include <array>
#include <cstddef>
#include <cstdint>

extern "C" uintptr_t __stack_chk_guard;

namespace flint::boot {
namespace {

// The compiler must not see that these are mistakes.
constinit volatile size_t g_overrun_bytes = 64;
constinit volatile size_t g_index = 4;
constinit volatile unsigned g_shift = 64;
constinit volatile bool g_has_result = false;

// Stores that the compiler must not leave out, though nobody reads them.
[[gnu::noinline]] void Fill(volatile std::byte* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) bytes[i] = std::byte{0x55};
}

}  // namespace

[[gnu::noinline]] void OverrunStack() {
  std::byte bytes[16];
  Fill(bytes, g_overrun_bytes);
}

uint64_t ReadOutOfBounds() {
  // Not std::array, which has a check of the library's.
  const uint64_t numbers[] = {1, 2, g_index, 4};
  return numbers[g_index];
}

uint64_t ShiftTooFar() { return uint64_t{1} << g_shift; }

uint64_t ReadMisaligned() {
  alignas(8) std::array<std::byte, 16> bytes{};
  void* volatile odd = bytes.data() + 1;
  return *static_cast<uint64_t*>(odd);
}

uint64_t EndWithoutResult() {
  if (g_has_result) return 1;
  __builtin_unreachable();
}

uint64_t StackGuard() { return __stack_chk_guard; }

}  // namespace flint::boot
