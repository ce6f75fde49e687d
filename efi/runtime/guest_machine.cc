// SPDX-License-Identifier: Apache-2.0

// The real machine, and the end of a program that found a mistake of its own.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "drivers/io/cpu_registers.h"
#include "drivers/io/device_mapper.h"
#include "drivers/io/mmio.h"
#include "drivers/io/port_io.h"
#include "efi/runtime/runtime_machine.h"
#include "platforms/base/panic.h"
#include "platforms/base/result.h"

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

/// Registers that the operating system has mapped for us.
class MappedRegisters final : public io::DeviceMapper {
 public:
  Result<io::RegisterIo*> Map(uint64_t address, uint64_t size_bytes) override {
    if (count_ == windows_.size()) {
      return Fail(ErrorCode::kNoMemory, "too many registers");
    }
    // SAFETY: an address from the hand-off, mapped before and converted after
    // SetVirtualAddressMap.
    windows_[count_] = io::Mmio(address, size_bytes);
    return &windows_[count_++];
  }

 private:
  std::array<io::Mmio, 4> windows_{
      io::Mmio(0, 0), io::Mmio(0, 0), io::Mmio(0, 0), io::Mmio(0, 0)};
  size_t count_ = 0;
};

}  // namespace

void WithRuntimeMachine(void (*use)(void* context, RuntimeMachine& machine),
                        void* context) {
  io::PortIo ports;
  io::CpuRegisters cpu;
  ProcessorEnd processor;
  MappedRegisters devices;
  RuntimeMachine machine{ports, cpu, processor, devices};
  use(context, machine);
}

}  // namespace efi

// An invalid opcode: whoever is in charge of exceptions tells where. There is
// nowhere to print to.
void Panic(std::string_view) { __builtin_trap(); }

}  // namespace flint
