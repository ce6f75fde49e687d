// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "drivers/clock/clock.h"

namespace flint::clock {

/// A clock for tests: time passes only when it is read or told to, so a wait
/// for something that never happens ends, and always after as many polls.
class FakeClock final : public Clock {
 public:
  /// Each reading takes `ticks_per_read`, and each tick `ns_per_tick`.
  explicit FakeClock(uint64_t ticks_per_read = 1'000, uint64_t ns_per_tick = 1)
      : ticks_per_read_(ticks_per_read), ns_per_tick_(ns_per_tick) {}

  uint64_t NowTicks() override {
    ++read_count_;
    return ticks_ += ticks_per_read_;
  }

  uint64_t TicksToNs(uint64_t ticks) override {
    ++conversion_count_;
    return ticks * ns_per_tick_;
  }

  void Relax() override {
    ++relax_count_;
    if (on_relax_) on_relax_();
  }

  /// Runs in every turn of a busy wait: the simulated device works.
  void OnRelax(std::function<void()> hook) { on_relax_ = std::move(hook); }

  /// Lets time pass.
  void Advance(uint64_t ns) { ticks_ += ns / ns_per_tick_; }

  /// The time, without letting any pass.
  uint64_t now_ns() const { return ticks_ * ns_per_tick_; }

  /// How often the time was read.
  uint64_t read_count() const { return read_count_; }

  /// How often a tick's length had to be known.
  uint64_t conversion_count() const { return conversion_count_; }

  uint64_t relax_count() const { return relax_count_; }

 private:
  uint64_t ticks_per_read_;
  uint64_t ns_per_tick_;
  // Not zero, so that a test cannot pass by mistaking "unset" for a time.
  uint64_t ticks_ = 0x5EED'0000'0000;
  uint64_t read_count_ = 0;
  uint64_t conversion_count_ = 0;
  uint64_t relax_count_ = 0;
  std::function<void()> on_relax_;
};

}  // namespace flint::clock
