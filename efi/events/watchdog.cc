// SPDX-License-Identifier: Apache-2.0
#include "efi/events/watchdog.h"

#include <algorithm>
#include <cstring>

namespace flint::efi {

void Watchdog::Set(uint64_t timeout_seconds,
                   uint64_t code,
                   const abi::CHAR16* data,
                   size_t data_size) {
  armed_.store(false);
  if (timeout_seconds == 0) return;
  timeout_seconds_ = timeout_seconds;
  code_ = code;
  text_size_ = 0;
  if (data != nullptr) {
    const size_t limit = std::min(data_size / sizeof(abi::CHAR16), kMaxText);
    while (text_size_ < limit && data[text_size_] != 0) {
      text_[text_size_] = data[text_size_];
      ++text_size_;
    }
  }
  start_ticks_ = clock_.NowTicks();
  // The first conversion may measure, which is nothing for a handler.
  static_cast<void>(clock_.TicksToNs(0));
  armed_.store(true);
}

void Watchdog::Check() {
  if (!armed_.load()) return;
  const uint64_t elapsed_ns =
      clock_.TicksToNs(clock_.NowTicks() - start_ticks_);
  if (elapsed_ns / clock::kNanosecondsPerSecond < timeout_seconds_) return;
  armed_.store(false);
  action_.OnWatchdogExpired({.timeout_seconds = timeout_seconds_,
                             .code = code_,
                             .text = {text_.data(), text_size_}});
}

}  // namespace flint::efi
