// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/apic/interrupt_flag.h"

namespace flint::cpu {

/// Where our interrupt table expects the timer.
inline constexpr uint8_t kTimerVector = 0x40;

/// Whom the timer calls.
class TimerHandler {
 public:
  virtual ~TimerHandler() = default;

  /// Runs between any two instructions of an application or of ours, with
  /// interrupts off, on a stack of its own of 16 KiB. Must acknowledge the
  /// interrupt, and touch nothing that is not made for that.
  virtual void OnTimer() = 0;
};

/// `handler` must stay as long as a timer runs; null takes it away.
void SetTimerHandler(TimerHandler* handler);

/// The interrupt flag of the processor that we run on. Off from the first
/// instruction on.
class ProcessorInterrupts final : public apic::InterruptFlag {
 public:
  void Enable() override;
  void Disable() override;
};

}  // namespace flint::cpu
