// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/image_watchdog.h"

#include "platforms/base/log.h"

namespace flint::boot {

void ImageWatchdog::Start(efi::Watchdog& watchdog) {
  watchdog_ = &watchdog;
  if (!timer_) {
    auto timer = apic::LocalApicTimer::Create({.cpu = machine_.cpu(),
                                               .ports = machine_.ports(),
                                               .mapper = machine_.windows(),
                                               .interrupts = interrupts_},
                                              cpu::kTimerVector);
    if (!timer) {
      log::Warning("no timer for the watchdog: {}", timer.error());
      return;
    }
    timer_.emplace(*timer);
  }
  cpu::SetTimerHandler(this);
  timer_->Start();
}

void ImageWatchdog::Stop() {
  if (!timer_) return;
  timer_->Stop();
  cpu::SetTimerHandler(nullptr);
}

void ImageWatchdog::OnTimer() {
  timer_->Acknowledge();
  watchdog_->Check();
}

void ImageWatchdog::OnWatchdogExpired(const efi::WatchdogReport& report) {
  log::Error("the watchdog expired after {} s (code {:x}): resetting",
             report.timeout_seconds,
             report.code);
  machine_.Reset();
}

}  // namespace flint::boot
