// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "drivers/io/cpu.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::rtc {

inline constexpr size_t kKvmWallClockSizeBytes = 64;

/// The time when the time-stamp counter stood at `counter`.
struct CounterTime {
  uint64_t counter = 0;
  uint64_t seconds = 0;  // since the start of year 1
  uint32_t nanosecond = 0;
};

/// Asks KVM for the time: for machines without a CMOS clock. [kvm-msr]
///
/// `shared` is `kKvmWallClockSizeBytes` of `memory`, aligned to as many. KVM
/// writes to it only during the call. An operating system that uses KVM's clock
/// must not have started yet: the call ends that.
///
/// kUnsupported without KVM or its clock, kInvalidArgument for other memory,
/// kDeviceError if KVM does not write what it should.
Result<CounterTime> ReadKvmWallClock(io::Cpu& cpu,
                                     GuestMemory& memory,
                                     MutableBytes shared);

}  // namespace flint::rtc
