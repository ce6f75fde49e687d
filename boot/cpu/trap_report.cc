// SPDX-License-Identifier: Apache-2.0
#include "boot/cpu/trap_report.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "platforms/base/bytes.h"

namespace flint::cpu {
namespace {

// ud1l KIND(%eax), %eax: never a valid instruction, and none that people
// write. A kind of 0 is encoded without a displacement.
constexpr auto kOpcode = std::to_array<std::byte>(
    {std::byte{0x67}, std::byte{0x0F}, std::byte{0xB9}});
constexpr std::byte kNoDisplacement{0x00};
constexpr std::byte kByteDisplacement{0x40};
constexpr size_t kModeOffset = kOpcode.size();
constexpr size_t kKindOffset = kModeOffset + 1;
constexpr size_t kTrapBytes = kKindOffset + 1;

// Clang's SanitizerHandler, in its order.
constexpr auto kKinds = std::to_array<std::string_view>({
    "signed integer overflow in an addition",
    "unreachable code was reached",
    "control flow integrity",
    "integer division by zero or with overflow",
    "object of another type",
    "floating-point value out of range",
    "call of a function of another type",
    "integer conversion that loses value",
    "invalid argument of a built-in function",
    "Objective-C cast",
    "value that its type does not have",
    "function ended without a result",
    "signed integer overflow in a multiplication",
    "signed integer overflow in a negation",
    "null argument",
    "null result",
    "null argument",
    "null result",
    "array index out of bounds",
    "pointer arithmetic that overflows",
    "shift by too much, or of bits out of the type",
    "signed integer overflow in a subtraction",
    "null, misaligned or too small object",
    "misaligned pointer that was assumed to be aligned",
    "array of variable length without elements",
});

// Empty if `code` does not start with such an instruction.
std::string_view NameTrap(Bytes code) {
  if (code.size() <= kModeOffset ||
      !std::ranges::equal(code.first(kOpcode.size()), kOpcode)) {
    return "";
  }
  const std::byte mode = code[kModeOffset];
  if (mode == kNoDisplacement) return kKinds[0];
  if (mode != kByteDisplacement || code.size() <= kKindOffset) return "";
  const auto kind = std::to_integer<size_t>(code[kKindOffset]);
  return kind < kKinds.size() ? kKinds[kind] : "something new";
}

}  // namespace

void WriteTrapReport(const ExceptionFrame& frame,
                     const runtime::AddressRange& text,
                     GuestMemory& memory,
                     runtime::PanicSink& out) {
  if (frame.vector != kInvalidOpcodeVector || !text.Contains(frame.rip)) return;
  const auto code = memory.Map(
      frame.rip, std::min<uint64_t>(text.end - frame.rip, kTrapBytes));
  const std::string_view name = code ? NameTrap(*code) : "";
  if (name.empty()) return;
  out.Write("check of the compiler failed: ");
  out.Write(name);
  out.Write("\n");
}

}  // namespace flint::cpu
