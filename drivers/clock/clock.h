// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace flint::clock {

inline constexpr uint64_t kNanosecondsPerMicrosecond = 1'000;
inline constexpr uint64_t kNanosecondsPerMillisecond = 1'000'000;
inline constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;

/// A monotonic clock that counts in ticks and knows how long a tick is.
///
/// Reading ticks is cheap; knowing their length may need a measurement. So
/// keep ticks (a mark's time, a wait's start) and convert when someone asks.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Ticks since an arbitrary start; never goes back. Costs an instruction,
  /// not a VM exit.
  virtual uint64_t NowTicks() = 0;

  /// How many nanoseconds so many ticks take. The first call may take up to a
  /// millisecond.
  virtual uint64_t TicksToNs(uint64_t ticks) = 0;

  /// Called in every turn of a busy wait: lets the processor rest for a moment
  /// (`pause`), and in tests lets the simulated device work.
  /// `Deadline::Passed` does it.
  virtual void Relax() {}

  /// Nanoseconds since an arbitrary start; never goes back.
  uint64_t NowNs() { return TicksToNs(NowTicks()); }
};

/// The end of a bounded wait:
///
///     for (const Deadline deadline(clock, timeout_ns); !Ready();) {
///       if (deadline.Passed()) return Fail(ErrorCode::kTimedOut, "...");
///     }
///
/// A wait that ends soon never makes the clock measure its ticks.
class Deadline {
 public:
  Deadline(Clock& clock, uint64_t timeout_ns)
      : clock_(clock),
        start_ticks_(clock.NowTicks()),
        timeout_ns_(timeout_ns) {}

  /// True once `timeout_ns` have gone by. Never true too early.
  bool Passed() const {
    clock_.Relax();
    const uint64_t ticks = clock_.NowTicks() - start_ticks_;
    // Cannot be over yet if ticks were this slow. Were they slower still, the
    // wait would only last longer.
    if (ticks < timeout_ns_ / kSlowestTickNs) return false;
    return clock_.TicksToNs(ticks) >= timeout_ns_;
  }

 private:
  /// No time-stamp counter runs below 250 MHz. (Under QEMU's `-icount` it runs
  /// at 1 GHz.)
  static constexpr uint64_t kSlowestTickNs = 4;

  Clock& clock_;
  uint64_t start_ticks_;
  uint64_t timeout_ns_;
};

}  // namespace flint::clock
