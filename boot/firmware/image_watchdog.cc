// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/image_watchdog.h"

#include <string_view>

#include "platforms/base/format.h"
#include "platforms/base/log.h"

namespace flint::boot {
namespace {

using Line = FixedText<128>;

/// What a console can show of a text in one line: an image may say anything.
Line PrintableText(std::u16string_view text) {
  Line line;
  for (const char16_t unit : text) {
    const bool is_printable = unit >= u' ' && unit < 0x7F;
    const char c = is_printable ? static_cast<char>(unit) : '?';
    line.Append({&c, 1});
  }
  return line;
}

}  // namespace

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
  if (!report.text.empty()) {
    log::Error("the program says: {}", PrintableText(report.text).view());
  }
  machine_.Reset();
}

}  // namespace flint::boot
