// SPDX-License-Identifier: Apache-2.0
#include "boot/cpu/timer_interrupt.h"

// Called by timer_interrupt.S.
extern "C" void flint_handle_timer();

namespace flint::cpu {
namespace {

constinit TimerHandler* g_handler = nullptr;

}  // namespace

void SetTimerHandler(TimerHandler* handler) { g_handler = handler; }

void ProcessorInterrupts::Enable() {
  // SAFETY: every vector leads to a handler that keeps all registers. STI takes
  // effect after the next instruction.
  asm volatile("sti\n\tnop" : : : "memory");
}

void ProcessorInterrupts::Disable() {
  // SAFETY: nothing of ours waits for an interrupt.
  asm volatile("cli" : : : "memory");
}

}  // namespace flint::cpu

void flint_handle_timer() {
  if (flint::cpu::g_handler != nullptr) flint::cpu::g_handler->OnTimer();
}
