// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "drivers/clock/fake_clock.h"
#include "efi/abi/system_table.h"
#include "efi/environment/environment.h"
#include "efi/memory/host_ram.h"
#include "platforms/base/check.h"

namespace flint::efi {

/// A whole UEFI environment in the test's process: call it through its tables,
/// as an application would. The watchdog's expiries are recorded.
class HostEnvironment final : private WatchdogAction {
 public:
  explicit HostEnvironment(const HostRam::Layout& layout = {}) : ram_(layout) {
    FLINT_CHECK(environment_.Start().has_value(), "no memory for tables");
  }

  Environment& environment() { return environment_; }
  abi::EFI_SYSTEM_TABLE& system_table() {
    return *environment_.tables().system_table();
  }
  abi::EFI_BOOT_SERVICES& boot_services() {
    return *environment_.tables().boot_services();
  }
  clock::FakeClock& clock() { return clock_; }
  HostRam& ram() { return ram_; }

  /// The codes of expired watchdogs.
  const std::vector<uint64_t>& expired_watchdogs() const { return expired_; }

 private:
  void OnWatchdogExpired(const WatchdogReport& report) override {
    expired_.push_back(report.code);
  }

  HostRam ram_;
  clock::FakeClock clock_;
  std::vector<uint64_t> expired_;
  Environment environment_{{.map = ram_.map(),
                            .memory = ram_,
                            .clock = clock_,
                            .watchdog_action = *this,
                            .firmware_revision = 0x0001'0000}};
};

}  // namespace flint::efi
