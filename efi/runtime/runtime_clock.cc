// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/runtime_clock.h"

#include "drivers/rtc/cmos_clock.h"
#include "drivers/rtc/kvm_wall_clock.h"
#include "platforms/base/log.h"
#include "platforms/base/result.h"

namespace flint::efi {

RuntimeClock FindRuntimeClock(const ClockSources& sources) {
  RuntimeClock found;
  found.counter_hz = sources.counter_hz;
  rtc::CmosClock cmos(sources.ports,
                      {.century_register = sources.century_register});
  if (cmos.IsThere()) {
    const bool has_fixed_hours = cmos.HasFixedHours();
    found.kind = RuntimeClockKind::kCmos;
    found.century_register = sources.century_register;
    found.has_fixed_hours = has_fixed_hours ? 1 : 0;
    // Such a clock takes no writes, and so no alarm.
    found.has_alarm = has_fixed_hours ? 0 : 1;
    return found;
  }
  const Result<rtc::CounterTime> kvm =
      rtc::ReadKvmWallClock(sources.cpu, sources.memory, sources.shared);
  if (!kvm) {
    log::Debug("no CMOS clock, and: {}", kvm.error());
    return found;
  }
  found.kind = RuntimeClockKind::kCounter;
  found.counter_start = kvm->counter;
  found.start_seconds = kvm->seconds;
  found.start_nanoseconds = kvm->nanosecond;
  return found;
}

}  // namespace flint::efi
