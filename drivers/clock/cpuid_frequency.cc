// SPDX-License-Identifier: Apache-2.0
#include "drivers/clock/cpuid_frequency.h"

#include <algorithm>
#include <array>

#include "drivers/clock/clock.h"
#include "drivers/clock/tsc_frequency.h"
#include "platforms/base/checked.h"
#include "platforms/base/endian.h"

namespace flint::clock {
namespace {

using io::CpuidLeaf;

constexpr uint32_t kFeatureLeaf = 1;
constexpr uint32_t kFeatureEcxHypervisor = uint32_t{1} << 31;

constexpr uint32_t kTscLeaf = 0x15;
constexpr uint32_t kProcessorFrequencyLeaf = 0x16;

constexpr uint32_t kHypervisorLeaf = 0x4000'0000;
constexpr uint32_t kTimingLeafOffset = 0x10;
// Where KVM's leaves are when others come first.
constexpr uint32_t kHypervisorLeafStep = 0x100;

constexpr uint32_t kKvmFeatureLeafOffset = 1;
constexpr uint32_t kKvmFeatureClock = 1 << 0;
constexpr uint32_t kKvmFeatureClock2 = 1 << 3;
constexpr uint32_t kKvmClockMsr = 0x11;
constexpr uint32_t kKvmClock2Msr = 0x4B56'4D01;
constexpr uint64_t kKvmClockEnable = 1 << 0;

/// A hypervisor's name, as it spells it in EBX, ECX, EDX.
struct HypervisorName {
  uint32_t ebx;
  uint32_t ecx;
  uint32_t edx;

  bool IsIn(const CpuidLeaf& leaf) const {
    return leaf.ebx == ebx && leaf.ecx == ecx && leaf.edx == edx;
  }
};

constexpr HypervisorName kKvm{0x4B4D'564B, 0x564B'4D56, 0x0000'004D};
constexpr HypervisorName kHyperV{0x7263'694D, 0x666F'736F, 0x7648'2074};

/// What KVM writes: time = ((tsc - timestamp) << shift) * scale >> 32, in ns.
/// [kvm-msr]
struct KvmClockFormat {
  Le32 version;  // odd while KVM writes
  Le32 padding;
  Le64 timestamp;
  Le64 system_time_ns;
  Le32 scale;
  int8_t shift;
  uint8_t flags;
  std::array<uint8_t, 2> padding2;
};
static_assert(sizeof(KvmClockFormat) == kKvmClockSizeBytes);

bool HasHypervisor(io::Cpu& cpu) {
  return (cpu.Cpuid(kFeatureLeaf).ecx & kFeatureEcxHypervisor) != 0;
}

/// The register that takes the address of KVM's clock.
std::optional<uint32_t> FindKvmClockMsr(io::Cpu& cpu) {
  for (const uint32_t base :
       {kHypervisorLeaf, kHypervisorLeaf + kHypervisorLeafStep}) {
    if (!kKvm.IsIn(cpu.Cpuid(base))) continue;
    const uint32_t features = cpu.Cpuid(base + kKvmFeatureLeafOffset).eax;
    if ((features & kKvmFeatureClock2) != 0) return kKvmClock2Msr;
    if ((features & kKvmFeatureClock) != 0) return kKvmClockMsr;
  }
  return std::nullopt;
}

std::optional<uint64_t> ToHz(const KvmClockFormat& format) {
  constexpr int kMaxShift = 31;
  const bool is_set = format.version != 0 && (format.version & 1) == 0;
  if (!is_set || format.scale == 0 || format.shift > kMaxShift ||
      format.shift < -kMaxShift) {
    return std::nullopt;
  }
  const uint64_t scaled_hz = (kNanosecondsPerSecond << 32) / format.scale;
  if (format.shift >= 0) return scaled_hz >> format.shift;
  const auto hz = CheckedMul(scaled_hz, uint64_t{1} << -format.shift);
  return hz ? std::optional(*hz) : std::nullopt;
}

}  // namespace

std::optional<uint64_t> HypervisorLeafHz(io::Cpu& cpu) {
  if (!HasHypervisor(cpu)) return std::nullopt;
  const CpuidLeaf leaf = cpu.Cpuid(kHypervisorLeaf);
  // Hyper-V means something else by the number.
  if (leaf.eax < kHypervisorLeaf + kTimingLeafOffset ||
      leaf.eax >= kHypervisorLeaf + kHypervisorLeafStep || kHyperV.IsIn(leaf)) {
    return std::nullopt;
  }
  const uint32_t khz = cpu.Cpuid(kHypervisorLeaf + kTimingLeafOffset).eax;
  if (khz == 0) return std::nullopt;
  return uint64_t{khz} * 1'000;
}

std::optional<uint64_t> TscLeafHz(io::Cpu& cpu) {
  const uint32_t max_leaf = cpu.Cpuid(0).eax;
  if (max_leaf < kTscLeaf) return std::nullopt;
  const CpuidLeaf ratio = cpu.Cpuid(kTscLeaf);
  if (ratio.eax == 0 || ratio.ebx == 0) return std::nullopt;
  if (ratio.ecx != 0) return uint64_t{ratio.ecx} * ratio.ebx / ratio.eax;
  // A crystal of unknown speed: then the counter runs at the base frequency.
  if (max_leaf < kProcessorFrequencyLeaf) return std::nullopt;
  const uint32_t base_mhz = cpu.Cpuid(kProcessorFrequencyLeaf).eax & 0xFFFF;
  if (base_mhz == 0) return std::nullopt;
  return uint64_t{base_mhz} * 1'000'000;
}

std::optional<uint64_t> KvmClockHz(io::Cpu& cpu,
                                   GuestMemory& memory,
                                   MutableBytes shared) {
  if (shared.size() < kKvmClockSizeBytes || !HasHypervisor(cpu)) {
    return std::nullopt;
  }
  const uint64_t address = memory.AddressOf(shared.data());
  if (!IsAligned<uint64_t>(address, kKvmClockSizeBytes)) return std::nullopt;
  const std::optional<uint32_t> msr = FindKvmClockMsr(cpu);
  if (!msr) return std::nullopt;

  std::fill(shared.begin(), shared.end(), std::byte{0});
  // KVM has written when the instruction is over.
  cpu.WriteMsr(*msr, address | kKvmClockEnable);
  const auto format = ReadWire<KvmClockFormat>(shared);
  cpu.WriteMsr(*msr, 0);
  return format ? ToHz(*format) : std::nullopt;
}

}  // namespace flint::clock
