// SPDX-License-Identifier: Apache-2.0

// The real machine, and the end of a program that found a mistake of its own.

#include <string_view>

#include "drivers/io/cpu_registers.h"
#include "drivers/io/port_io.h"
#include "efi/runtime/runtime_machine.h"
#include "platforms/base/panic.h"

// processor_end.S
extern "C" void flint_runtime_triple_fault();
extern "C" void flint_runtime_halt();

namespace flint {
namespace efi {
namespace {

class ProcessorEnd final : public power::Processor {
 public:
  void TripleFault() override { flint_runtime_triple_fault(); }
  void Halt() override { flint_runtime_halt(); }
};

}  // namespace

void WithRuntimeMachine(void (*use)(void* context, RuntimeMachine& machine),
                        void* context) {
  io::PortIo ports;
  io::CpuRegisters cpu;
  ProcessorEnd processor;
  RuntimeMachine machine{ports, cpu, processor};
  use(context, machine);
}

}  // namespace efi

// An invalid opcode: whoever is in charge of exceptions tells where. There is
// nowhere to print to.
void Panic(std::string_view) { __builtin_trap(); }

}  // namespace flint
