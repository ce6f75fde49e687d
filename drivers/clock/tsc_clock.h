// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "drivers/clock/clock.h"
#include "drivers/clock/tsc_frequency.h"
#include "drivers/io/cpu.h"

namespace flint::clock {

/// The processor's time-stamp counter as the clock.
///
/// Works from the first instruction on. How fast it runs is found out when that
/// is first asked, and never again, so that time never goes back.
class TscClock final : public Clock {
 public:
  /// What `hardware` refers to must outlive the clock.
  constexpr explicit TscClock(const TscHardware& hardware)
      : hardware_(hardware) {}

  /// Tells of the PM timer, once ACPI was read. Without effect if the frequency
  /// is known by then.
  void set_pm_timer(const PmTimer& timer) { hardware_.pm_timer = timer; }

  /// The frequency, and who said so. The first call may take a millisecond.
  const TscFrequency& frequency();

  uint64_t NowTicks() override { return hardware_.cpu.ReadTimestamp(); }
  uint64_t TicksToNs(uint64_t ticks) override;
  void Relax() override { hardware_.cpu.Pause(); }

 private:
  TscHardware hardware_;
  std::optional<TscFrequency> frequency_;
  // Nanoseconds per tick, times 2^32.
  uint64_t scale_ = 0;
};

}  // namespace flint::clock
