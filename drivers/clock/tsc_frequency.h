// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "drivers/io/cpu.h"
#include "drivers/io/register_address.h"
#include "drivers/io/register_io.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"

namespace flint::clock {

/// Who said how fast the time-stamp counter runs, best first.
enum class TscSource : uint8_t {
  kHypervisorLeaf,  // CPUID 0x40000010
  kTscLeaf,         // CPUID 0x15, with 0x16's help
  kKvmClock,        // the scale that KVM gives its clock
  kPmTimer,         // measured against the ACPI PM timer
  kPit,             // measured against the programmable interval timer
  kAssumed,         // nobody: see `kAssumedHz`
};

/// The source's name for messages: "ACPI PM timer".
std::string_view ToString(TscSource source);

struct TscFrequency {
  uint64_t hz;
  TscSource source;
};

/// Assumed when nothing tells: more than any time-stamp counter does. A wait
/// then lasts too long (five times, at 1 GHz), but never ends too early for a
/// device that would have answered in time.
inline constexpr uint64_t kAssumedHz = 5'000'000'000;

/// The PM timer, if ACPI names one. [acpi-6.5 4.8.3.3]
struct PmTimer {
  io::RegisterAddress counter;
  bool is_32_bit;
};

/// Bytes that the hypervisor is given to write its clock's scale to.
inline constexpr size_t kKvmClockSizeBytes = 32;

/// What there is to ask.
struct TscHardware {
  io::Cpu& cpu;
  /// Where the PIT may be.
  io::RegisterIo& ports;
  /// Knows where the hypervisor finds `kvm_clock`.
  GuestMemory& memory;
  /// `kKvmClockSizeBytes`, aligned to as many. Only written to during the
  /// search. If there is less, KVM is not asked.
  MutableBytes kvm_clock;
  std::optional<PmTimer> pm_timer;
};

/// Asks or measures, in the order of `TscSource`, until an answer makes sense.
/// What has to be measured takes up to a millisecond. Leaves all hardware as it
/// was, except the count of the PIT's channel 2 (the speaker).
TscFrequency FindTscFrequency(const TscHardware& hardware);

}  // namespace flint::clock
