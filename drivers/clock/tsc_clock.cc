// SPDX-License-Identifier: Apache-2.0
#include "drivers/clock/tsc_clock.h"

#include "platforms/base/log.h"

namespace flint::clock {
namespace {

constexpr int kScaleShift = 32;

/// a * b >> 32, by the processor's 64 x 64 = 128 bit multiplication.
uint64_t MultiplyScaled(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<uint64_t>(Wide{a} * b >> kScaleShift);
}

}  // namespace

const TscFrequency& TscClock::frequency() {
  if (!frequency_) {
    frequency_ = FindTscFrequency(hardware_);
    // One second in this form has 62 bits.
    scale_ = (kNanosecondsPerSecond << kScaleShift) / frequency_->hz;
    log::Debug("clock: {} kHz by {}",
               frequency_->hz / 1'000,
               ToString(frequency_->source));
  }
  return *frequency_;
}

uint64_t TscClock::TicksToNs(uint64_t ticks) {
  frequency();
  return MultiplyScaled(ticks, scale_);
}

}  // namespace flint::clock
