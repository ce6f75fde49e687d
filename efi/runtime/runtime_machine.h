// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/io/cpu.h"
#include "drivers/io/device_mapper.h"
#include "drivers/io/register_io.h"
#include "drivers/power/power.h"

namespace flint::efi {

/// What the services touch outside of their memory.
///
/// Objects with virtual functions hold addresses of code, so they live on the
/// stack for the duration of a call, and never need relocating.
struct RuntimeMachine {
  io::RegisterIo& ports;
  io::Cpu& cpu;
  power::Processor& processor;
  /// Addresses are those of the hand-off: physical at first, then virtual.
  io::DeviceMapper& devices;
};

/// Calls `use(context, machine)` with the machine that the program runs on: in
/// the image the real one, in tests what the test set.
void WithRuntimeMachine(void (*use)(void* context, RuntimeMachine& machine),
                        void* context);

}  // namespace flint::efi
