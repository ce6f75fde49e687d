// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "drivers/clock/clock.h"
#include "efi/abi/types.h"

namespace flint::efi {

/// What an image said when it set the watchdog.
struct WatchdogReport {
  uint64_t timeout_seconds;
  uint64_t code;
  std::u16string_view text;
};

/// What happens when the watchdog expires: says so, and resets the machine.
class WatchdogAction {
 public:
  virtual ~WatchdogAction() = default;

  /// May be called in an interrupt handler, at any point of an image or of the
  /// firmware: must not use the UEFI services, and returns only in tests.
  virtual void OnWatchdogExpired(const WatchdogReport& report) = 0;
};

/// The watchdog timer. [uefi-2.10 7.5.1]
///
/// It is enforced wherever the services look at the clock. An image that calls
/// none of them is stopped only if something calls `Check` in its place: a
/// timer interrupt of about once a second. `Check` may interrupt any other
/// method of the same object.
class Watchdog final {
 public:
  Watchdog(clock::Clock& clock, WatchdogAction& action)
      : clock_(clock), action_(action) {}
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Starts over with that time; 0 turns it off. `data` is a text, and whatever
  /// follows it, of `data_size` bytes; null if there is none.
  void Set(uint64_t timeout_seconds,
           uint64_t code,
           const abi::CHAR16* data,
           size_t data_size);
  void Disarm() { armed_.store(false); }

  bool armed() const { return armed_.load(); }

  /// Acts if the time is over, once.
  void Check();

 private:
  static constexpr size_t kMaxText = 128;

  clock::Clock& clock_;
  WatchdogAction& action_;
  /// All else is changed only while it is false.
  std::atomic<bool> armed_ = false;
  uint64_t start_ticks_ = 0;
  uint64_t timeout_seconds_ = 0;
  uint64_t code_ = 0;
  size_t text_size_ = 0;
  std::array<abi::CHAR16, kMaxText> text_{};
};

}  // namespace flint::efi
