// SPDX-License-Identifier: Apache-2.0
#include "boot/testing/mistakes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "boot/testing/checked_mistakes.h"
#include "platforms/base/check.h"
#include "platforms/base/panic.h"
#include "platforms/runtime/identity_memory.h"
#include "platforms/runtime/image_layout.h"

extern "C" {
extern const flint::runtime::LinkerSymbol flint_linux64_start;
extern const flint::runtime::LinkerSymbol flint_test_kernel;

// mistakes.S: each consists of the one instruction that is wrong.
void flint_divide_by_zero();
void flint_run_invalid_opcode();
void flint_raise_nmi();
void flint_read(uint64_t address);
void flint_write(uint64_t address);
void flint_call(uint64_t address);
void flint_use_sse();
}

namespace flint::boot {
namespace {

// One instruction, "ret", as data.
constinit std::array<std::byte, 1> g_data = {std::byte{0xC3}};

void Call(std::span<const std::byte> code) {
  runtime::IdentityMemory memory;
  flint_call(memory.AddressOf(code.data()));
}

// The recursion is the point, and its result is used afterwards, so that it is
// a recursion.
[[gnu::noinline]] uint64_t Recurse(
    uint64_t depth) {  // NOLINT(misc-no-recursion)
  std::array<uint64_t, 64> room;
  room.fill(depth);
  const uint64_t below = depth == UINT64_MAX ? 0 : Recurse(depth + 1);
  return below + *std::ranges::max_element(room);
}

class Abstract {
 public:
  Abstract() { Call(); }
  virtual ~Abstract() = default;
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.PureVirtualCall)
  [[gnu::noinline]] void Call() { DoCall(); }

 private:
  virtual void DoCall() = 0;
};

class Concrete final : public Abstract {
  void DoCall() override {}
};

struct Mistake {
  std::string_view name;
  void (*make)();
};

constexpr auto kMistakes = std::to_array<Mistake>({
    {"none", [] {}},
    {"divide", [] { flint_divide_by_zero(); }},
    {"opcode", [] { flint_run_invalid_opcode(); }},
    {"nmi", [] { flint_raise_nmi(); }},
    {"read-null", [] { flint_read(0x18); }},
    {"write-null", [] { flint_write(0); }},
    {"call-null", [] { flint_call(0); }},
    {"non-canonical", [] { flint_read(0x8000'0000'0000'0000); }},
    {"write-text", [] { flint_write(runtime::GetImageLayout().text.address); }},
    {"write-constant",
     [] { flint_write(runtime::GetImageLayout().read_only_data.address); }},
    {"run-constant",
     [] { flint_call(runtime::GetImageLayout().read_only_data.address); }},
    {"run-data", [] { Call(g_data); }},
    {"run-stack",
     [] {
       const std::array<std::byte, 1> code = {std::byte{0xC3}};
       Call(code);
     }},
    {"run-ram", [] { flint_call(0x400'0000); }},
    {"guard",
     [] { flint_read(runtime::GetImageLayout().stack_guard.address); }},
    {"overflow", [] { FLINT_CHECK(Recurse(0) == 0, "the stack has no end"); }},
    {"check", [] { FLINT_CHECK(1 + 1 == 3, "arithmetic is sound"); }},
    {"pure-virtual", [] { Concrete concrete; }},
    {"hole", [] { flint_read(0x7F'0000'0000); }},
    {"sse", [] { flint_use_sse(); }},
    {"overrun", [] { OverrunStack(); }},
    {"bounds", [] { ReadOutOfBounds(); }},
    {"shift", [] { ShiftTooFar(); }},
    {"misaligned", [] { ReadMisaligned(); }},
    {"no-result", [] { EndWithoutResult(); }},
});

}  // namespace

void MakeMistake(std::string_view name) {
  for (const Mistake& mistake : kMistakes) {
    if (mistake.name == name) return mistake.make();
  }
  Panic("the command line names no mistake");
}

uint64_t LinuxDoorAddress() { return flint_linux64_start.address(); }

uint64_t TestKernelAddress() { return flint_test_kernel.address(); }

}  // namespace flint::boot
