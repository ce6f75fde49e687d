// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace flint::clock {

inline constexpr uint64_t kNanosecondsPerMicrosecond = 1'000;
inline constexpr uint64_t kNanosecondsPerMillisecond = 1'000'000;
inline constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;

/// A monotonic clock.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Nanoseconds since an arbitrary start; never goes back.
  virtual uint64_t NowNs() = 0;

  /// To be called in every turn of a busy wait: lets the processor rest for a
  /// moment (`pause`), and in tests lets the simulated device work.
  virtual void Relax() {}
};

/// The end of a bounded wait:
///
///     for (const Deadline deadline(clock, timeout_ns); !Ready();) {
///       if (deadline.Passed()) return Fail(ErrorCode::kTimedOut, "...");
///     }
class Deadline {
 public:
  Deadline(Clock& clock, uint64_t timeout_ns)
      : clock_(clock), start_ns_(clock.NowNs()), timeout_ns_(timeout_ns) {}

  bool Passed() const { return clock_.NowNs() - start_ns_ >= timeout_ns_; }

 private:
  Clock& clock_;
  uint64_t start_ns_;
  uint64_t timeout_ns_;
};

}  // namespace flint::clock
