// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/user_mode_machine.h"

#include <ucontext.h>

#include <csetjmp>
#include <cstdint>
#include <cstdlib>

namespace flint::efi {
namespace {

io::FakeRegisterIo* trap_ports = nullptr;
sigjmp_buf* halted = nullptr;

constexpr uint8_t kCli = 0xFA;
constexpr uint8_t kHlt = 0xF4;
constexpr uint8_t kOperandSizePrefix = 0x66;
// [sdm 2A IN, 2B OUT]: bit 0 is the width, bit 1 the direction.
constexpr uint8_t kPortImmediate = 0xE4;
constexpr uint8_t kPortInDx = 0xEC;
constexpr uint8_t kPortMask = 0xFC;

uint32_t ReadPort(uint64_t port, int width_bits) {
  if (width_bits == 8) return trap_ports->Read8(port);
  if (width_bits == 16) return trap_ports->Read16(port);
  return trap_ports->Read32(port);
}

void WritePort(uint64_t port, int width_bits, uint32_t value) {
  if (width_bits == 8) trap_ports->Write8(port, static_cast<uint8_t>(value));
  if (width_bits == 16) trap_ports->Write16(port, static_cast<uint16_t>(value));
  if (width_bits == 32) trap_ports->Write32(port, value);
}

/// Plays an IN or OUT at `code`; false if it is another instruction.
bool PlayPortAccess(greg_t* registers, const uint8_t* code) {
  const uint8_t* opcode = code;
  const bool is_16_bit = *opcode == kOperandSizePrefix;
  if (is_16_bit) ++opcode;
  const bool is_immediate = (*opcode & kPortMask) == kPortImmediate;
  if (!is_immediate && (*opcode & kPortMask) != kPortInDx) return false;
  const int wide = is_16_bit ? 16 : 32;
  const int width_bits = (*opcode & 1) == 0 ? 8 : wide;
  const uint64_t port =
      is_immediate ? opcode[1] : static_cast<uint16_t>(registers[REG_RDX]);
  const auto rax = static_cast<uint64_t>(registers[REG_RAX]);
  if ((*opcode & 2) != 0) {
    WritePort(port, width_bits, static_cast<uint32_t>(rax));
  } else {
    // A 32-bit read clears the rest of the register, others keep it.
    const uint64_t kept =
        width_bits == 32 ? 0 : rax & ~((uint64_t{1} << width_bits) - 1);
    registers[REG_RAX] = static_cast<greg_t>(kept | ReadPort(port, width_bits));
  }
  registers[REG_RIP] += opcode - code + (is_immediate ? 2 : 1);
  return true;
}

}  // namespace

UserModeMachine::UserModeMachine(io::FakeRegisterIo& ports) {
  trap_ports = &ports;
  struct sigaction action{};
  action.sa_sigaction = OnTrap;
  // The handler may allocate: the trap came from code that does not.
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSEGV, &action, &old_action_);
}

UserModeMachine::~UserModeMachine() {
  sigaction(SIGSEGV, &old_action_, nullptr);
  trap_ports = nullptr;
}

bool UserModeMachine::Halts(const std::function<void()>& call) {
  sigjmp_buf here;
  halted = &here;
  const bool has_halted = sigsetjmp(here, 1) != 0;
  if (!has_halted) call();
  halted = nullptr;
  return has_halted;
}

void UserModeMachine::OnTrap(int, siginfo_t*, void* context) {
  greg_t* const registers =
      static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  // SAFETY: where the processor fetched the instruction from; if it could not,
  // reading traps again with the default action in place.
  const auto* code = reinterpret_cast<const uint8_t*>(registers[REG_RIP]);
  struct sigaction fatal{};
  fatal.sa_handler = SIG_DFL;
  struct sigaction ours{};
  sigaction(SIGSEGV, &fatal, &ours);
  if (*code == kHlt && halted != nullptr) {
    sigaction(SIGSEGV, &ours, nullptr);
    siglongjmp(*halted, 1);
  }
  if (*code == kCli) {
    ++registers[REG_RIP];
  } else if (!PlayPortAccess(registers, code)) {
    return;  // executes it again, and dies
  }
  sigaction(SIGSEGV, &ours, nullptr);
}

}  // namespace flint::efi
