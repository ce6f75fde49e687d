// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "boot/cpu/timer_interrupt.h"
#include "boot/firmware/machine.h"
#include "drivers/apic/local_apic_timer.h"
#include "efi/events/watchdog.h"

namespace flint::boot {

/// Ends the machine when an image's watchdog expires, whatever the image does:
/// while it runs, a timer interrupt looks at the watchdog.
class ImageWatchdog final : public efi::WatchdogAction,
                            private cpu::TimerHandler {
 public:
  /// `machine` must outlive this.
  explicit ImageWatchdog(Machine& machine) : machine_(machine) {}
  ImageWatchdog(const ImageWatchdog&) = delete;
  ImageWatchdog& operator=(const ImageWatchdog&) = delete;

  /// An image is about to run. `watchdog` must stay until `Stop`. Without a
  /// timer, which is warned of, only images that call services are watched.
  void Start(efi::Watchdog& watchdog);

  /// The image came back, or its operating system takes over. May be called
  /// more than once.
  void Stop();

  // efi::WatchdogAction
  void OnWatchdogExpired(const efi::WatchdogReport& report) override;

 private:
  void OnTimer() override;

  Machine& machine_;
  cpu::ProcessorInterrupts interrupts_;
  std::optional<apic::LocalApicTimer> timer_;
  efi::Watchdog* watchdog_ = nullptr;
};

}  // namespace flint::boot
