// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/rtc/calendar.h"
#include "drivers/rtc/cmos_clock.h"
#include "efi/abi/runtime_services.h"
#include "efi/abi/status.h"
#include "efi/runtime/handoff.h"
#include "efi/runtime/runtime_machine.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// The four time services. [uefi-2.10 8.3]
///
/// The clock has no zone; what SetTime says of zone and daylight saving is kept
/// in the hand-off and told by GetTime. The alarm is the CMOS clock's, and goes
/// off within a day.
class TimeServices final {
 public:
  TimeServices(RuntimeHandoff& handoff, RuntimeMachine& machine)
      : clock_(handoff.clock), machine_(machine) {}

  abi::EFI_STATUS GetTime(abi::EFI_TIME* time,
                          abi::EFI_TIME_CAPABILITIES* capabilities);

  /// Whether zone and daylight saving outlast a reset is the caller's affair.
  abi::EFI_STATUS SetTime(const abi::EFI_TIME* time);
  abi::EFI_STATUS GetWakeupTime(abi::BOOLEAN* enabled,
                                abi::BOOLEAN* pending,
                                abi::EFI_TIME* time);
  abi::EFI_STATUS SetWakeupTime(abi::BOOLEAN enable, const abi::EFI_TIME* time);

 private:
  struct Instant {
    rtc::CalendarTime time;
    uint32_t nanosecond;
  };

  rtc::CmosClock Cmos();
  Result<Instant> Now();
  abi::EFI_TIME ToEfiTime(const Instant& instant) const;
  bool HasAlarm() const;

  RuntimeClock& clock_;
  RuntimeMachine& machine_;
};

}  // namespace flint::efi
