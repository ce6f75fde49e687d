// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/cpu.h"
#include "drivers/io/device_mapper.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// What happened to a loop that the timer interrupted.
struct TimerReport {
  /// Interrupts until the timer was stopped, at least 3, and after that.
  uint64_t ticks;
  uint64_t later_ticks;
  /// Not 0 if a register was changed.
  uint64_t changes;
};

/// Spins until the timer has come 3 times, stops it, and spins as long again.
/// Does not return if it never comes.
Result<TimerReport> UseTimer(io::Cpu& processor, io::DeviceMapper& mapper);

}  // namespace flint::boot
