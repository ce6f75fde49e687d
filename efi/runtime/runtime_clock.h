// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/cpu.h"
#include "drivers/io/register_io.h"
#include "efi/runtime/handoff.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"

namespace flint::efi {

/// Where to look for the time.
struct ClockSources {
  io::RegisterIo& ports;
  io::Cpu& cpu;
  GuestMemory& memory;
  /// `rtc::kKvmWallClockSizeBytes`, aligned to as many; or none, then KVM is
  /// not asked.
  MutableBytes shared;
  /// The time-stamp counter's.
  uint64_t counter_hz;
  /// As the FADT has it; 0x32 where it has none is right on every VMM we know.
  uint8_t century_register = 0x32;
};

/// The machine's clock for the hand-off: the CMOS clock, else the time that KVM
/// tells and the processor's counter from there on, else none.
RuntimeClock FindRuntimeClock(const ClockSources& sources);

}  // namespace flint::efi
