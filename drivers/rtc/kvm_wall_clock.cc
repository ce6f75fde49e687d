// SPDX-License-Identifier: Apache-2.0
#include "drivers/rtc/kvm_wall_clock.h"

#include <algorithm>
#include <array>
#include <optional>

#include "drivers/rtc/calendar.h"
#include "platforms/base/checked.h"
#include "platforms/base/endian.h"

namespace flint::rtc {
namespace {

constexpr uint32_t kFeatureLeaf = 1;
constexpr uint32_t kFeatureEcxHypervisor = uint32_t{1} << 31;
constexpr uint32_t kHypervisorLeaf = 0x4000'0000;
// Where KVM's leaves are when others come first.
constexpr uint32_t kHypervisorLeafStep = 0x100;
constexpr uint64_t kEnable = 1;
constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;

/// The registers that take the addresses of KVM's two clocks.
struct ClockMsrs {
  uint32_t feature;
  uint32_t wall;
  uint32_t system;
};
constexpr ClockMsrs kClock2{1 << 3, 0x4B56'4D00, 0x4B56'4D01};
constexpr ClockMsrs kClock{1 << 0, 0x12, 0x11};

/// Time since the machine was started: `system_time_ns` at `timestamp`, and
/// from there on ((counter - timestamp) << shift) * scale >> 32.
struct SystemTime {
  Le32 version;  // odd while KVM writes
  Le32 padding;
  Le64 timestamp;
  Le64 system_time_ns;
  Le32 scale;
  int8_t shift;
  uint8_t flags;
  std::array<uint8_t, 2> padding2;

  bool is_valid() const {
    return version != 0 && version % 2 == 0 && scale != 0 && shift < 32 &&
           shift > -32;
  }
  uint64_t NanosecondsAt(uint64_t counter) const {
    uint64_t ticks = counter - timestamp;
    ticks = shift >= 0 ? ticks << shift : ticks >> -shift;
    __extension__ using Wide = unsigned __int128;
    return system_time_ns +
           static_cast<uint64_t>(Wide{ticks} * uint32_t{scale} >> 32);
  }
};
static_assert(sizeof(SystemTime) == 32);

/// When the machine was started, since 1970.
struct WallClock {
  Le32 version;
  Le32 seconds;
  Le32 nanoseconds;

  bool is_valid() const {
    return version % 2 == 0 && seconds != 0 &&
           nanoseconds < kNanosecondsPerSecond;
  }
};
static_assert(sizeof(WallClock) == 12);

constexpr uint64_t kWallClockOffset = sizeof(SystemTime);

bool IsKvm(const io::CpuidLeaf& leaf) {
  // "KVMKVMKVM"
  return leaf.ebx == 0x4B4D'564B && leaf.ecx == 0x564B'4D56 &&
         leaf.edx == 0x0000'004D;
}

std::optional<ClockMsrs> FindMsrs(io::Cpu& cpu) {
  if ((cpu.Cpuid(kFeatureLeaf).ecx & kFeatureEcxHypervisor) == 0) {
    return std::nullopt;
  }
  for (const uint32_t base :
       {kHypervisorLeaf, kHypervisorLeaf + kHypervisorLeafStep}) {
    if (!IsKvm(cpu.Cpuid(base))) continue;
    const uint32_t features = cpu.Cpuid(base + 1).eax;
    if ((features & kClock2.feature) != 0) return kClock2;
    if ((features & kClock.feature) != 0) return kClock;
  }
  return std::nullopt;
}

}  // namespace

Result<CounterTime> ReadKvmWallClock(io::Cpu& cpu,
                                     GuestMemory& memory,
                                     MutableBytes shared) {
  const uint64_t address = memory.AddressOf(shared.data());
  if (shared.size() < kKvmWallClockSizeBytes ||
      !IsAligned<uint64_t>(address, kKvmWallClockSizeBytes)) {
    return Fail(ErrorCode::kInvalidArgument, "KVM's clock needs other memory");
  }
  const std::optional<ClockMsrs> msrs = FindMsrs(cpu);
  if (!msrs) return Fail(ErrorCode::kUnsupported, "there is no KVM clock");
  std::ranges::fill(shared, std::byte{0});
  // KVM has written when each instruction is over.
  cpu.WriteMsr(msrs->system, address | kEnable);
  cpu.WriteMsr(msrs->wall, address + kWallClockOffset);
  const uint64_t counter = cpu.ReadTimestamp();
  const auto system = TRY(ReadWire<SystemTime>(shared));
  const auto wall = TRY(ReadWire<WallClock>(shared, kWallClockOffset));
  cpu.WriteMsr(msrs->system, 0);
  if (!system.is_valid() || !wall.is_valid()) {
    return Fail(ErrorCode::kDeviceError, "KVM does not tell the time");
  }
  const uint64_t nanoseconds = system.NanosecondsAt(counter) + wall.nanoseconds;
  return CounterTime{
      .counter = counter,
      .seconds = kUnixEpochSeconds + wall.seconds +
                 nanoseconds / kNanosecondsPerSecond,
      .nanosecond = static_cast<uint32_t>(nanoseconds % kNanosecondsPerSecond)};
}

}  // namespace flint::rtc
