// SPDX-License-Identifier: Apache-2.0
#include "drivers/clock/tsc_frequency.h"

#include "drivers/clock/cpuid_frequency.h"
#include "drivers/clock/measured_frequency.h"

namespace flint::clock {
namespace {

// Far beyond anything real on both sides: only nonsense is to be caught.
constexpr uint64_t kSlowestHz = 10'000'000;
constexpr uint64_t kFastestHz = 20'000'000'000;

std::optional<uint64_t> Ask(TscSource source, const TscHardware& hardware) {
  switch (source) {
    case TscSource::kHypervisorLeaf:
      return HypervisorLeafHz(hardware.cpu);
    case TscSource::kTscLeaf:
      return TscLeafHz(hardware.cpu);
    case TscSource::kKvmClock:
      return KvmClockHz(hardware.cpu, hardware.memory, hardware.kvm_clock);
    case TscSource::kPmTimer:
      if (!hardware.pm_timer) return std::nullopt;
      return MeasureWithPmTimer(hardware.cpu, *hardware.pm_timer);
    case TscSource::kPit:
      return MeasureWithPit(hardware.cpu, hardware.ports);
    case TscSource::kAssumed:
      return kAssumedHz;
  }
  return std::nullopt;
}

}  // namespace

std::string_view ToString(TscSource source) {
  switch (source) {
    case TscSource::kHypervisorLeaf:
      return "CPUID 0x40000010";
    case TscSource::kTscLeaf:
      return "CPUID 0x15";
    case TscSource::kKvmClock:
      return "kvmclock";
    case TscSource::kPmTimer:
      return "ACPI PM timer";
    case TscSource::kPit:
      return "PIT";
    case TscSource::kAssumed:
      return "assumption";
  }
  return "?";
}

TscFrequency FindTscFrequency(const TscHardware& hardware) {
  for (const TscSource source : {TscSource::kHypervisorLeaf,
                                 TscSource::kTscLeaf,
                                 TscSource::kKvmClock,
                                 TscSource::kPmTimer,
                                 TscSource::kPit}) {
    const std::optional<uint64_t> hz = Ask(source, hardware);
    if (hz && *hz >= kSlowestHz && *hz <= kFastestHz) return {*hz, source};
  }
  return {kAssumedHz, TscSource::kAssumed};
}

}  // namespace flint::clock
