// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/clock/clock.h"
#include "drivers/io/cpu.h"

namespace flint::efi {

/// The processor's counter, as fast as the firmware found it to be.
class CounterClock final : public clock::Clock {
 public:
  /// `hz` is not 0.
  CounterClock(io::Cpu& cpu, uint64_t hz) : cpu_(cpu), hz_(hz) {}

  uint64_t NowTicks() override { return cpu_.ReadTimestamp(); }
  uint64_t TicksToNs(uint64_t ticks) override {
    return ticks / hz_ * clock::kNanosecondsPerSecond +
           ticks % hz_ * clock::kNanosecondsPerSecond / hz_;
  }
  void Relax() override { cpu_.Pause(); }

 private:
  io::Cpu& cpu_;
  uint64_t hz_;
};

}  // namespace flint::efi
