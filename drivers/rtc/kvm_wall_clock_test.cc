// SPDX-License-Identifier: Apache-2.0
#include "drivers/rtc/kvm_wall_clock.h"

#include <cstdint>

#include "drivers/io/fake_cpu.h"
#include "drivers/rtc/calendar.h"
#include "platforms/base/endian.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::rtc {
namespace {

using flint::testing::IsError;

constexpr uint64_t kAddress = 0x20'0040;
constexpr uint32_t kStart = 1'795'420'800;  // 2026-11-23 08:00:00

/// A processor under KVM: a counter of 2 GHz, ten seconds after the start.
class KvmWallClockTest : public ::testing::Test {
 protected:
  KvmWallClockTest() {
    cpu.SetLeaf(1, {.ecx = uint32_t{1} << 31});
    cpu.SetLeaf(0x4000'0000, {1, 0x4B4D'564B, 0x564B'4D56, 0x4D});
    cpu.SetLeaf(0x4000'0100, {});
    cpu.SetLeaf(0x4000'0001, {.eax = 1 << 3});
    AddMsrs(0x4B56'4D00, 0x4B56'4D01);
    cpu.set_timestamp(5'000'000'000);
    cpu.set_ticks_per_reading(0);
  }

  void AddMsrs(uint32_t wall, uint32_t system) {
    cpu.AddMsr(system, 0, [this](uint64_t value) {
      is_enabled = (value & 1) != 0;
      if (!is_enabled) return;
      Put(value & ~uint64_t{1}, 0, Le32(system_version));
      Put(value & ~uint64_t{1}, 8, Le64(4'000'000'000));
      Put(value & ~uint64_t{1}, 16, Le64(10'000'000'000));
      Put(value & ~uint64_t{1}, 24, Le32(scale));
      Put(value & ~uint64_t{1}, 28, static_cast<uint8_t>(shift));
    });
    cpu.AddMsr(wall, 0, [this](uint64_t value) {
      Put(value, 0, Le32(wall_version));
      Put(value, 4, Le32(wall_seconds));
      Put(value, 8, Le32(600'000'000));
    });
  }

  template <typename T>
  void Put(uint64_t address, uint64_t offset, const T& value) {
    const auto bytes = memory.Map(address, offset + sizeof(value));
    ASSERT_TRUE(bytes.has_value());
    ASSERT_OK(WriteWire(*bytes, offset, value));
  }

  Result<CounterTime> Read() { return ReadKvmWallClock(cpu, memory, shared); }

  io::FakeCpu cpu;
  FakeGuestMemory memory;
  MutableBytes shared = memory.AddRegion(kAddress, kKvmWallClockSizeBytes);
  uint32_t scale = 0x8000'0000;  // half a nanosecond a tick
  int8_t shift = 0;
  uint32_t system_version = 2;
  uint32_t wall_version = 2;
  uint32_t wall_seconds = kStart;
  bool is_enabled = false;
};

TEST_F(KvmWallClockTest, AddsTheTimeSinceTheStart) {
  ASSERT_OK_AND_ASSIGN(const CounterTime time, Read());

  // A billion ticks are half a second.
  EXPECT_EQ(time.counter, 5'000'000'000u);
  EXPECT_EQ(FromSeconds(time.seconds), (CalendarTime{2026, 11, 23, 8, 0, 11}));
  EXPECT_EQ(time.nanosecond, 100'000'000u);
  EXPECT_FALSE(is_enabled) << "KVM would go on writing";
}

TEST_F(KvmWallClockTest, ScalesEitherWay) {
  shift = 1;
  scale = 0x4000'0000;
  ASSERT_OK_AND_ASSIGN(const CounterTime up, Read());
  shift = -1;
  scale = 0xFFFF'FFFF;
  ASSERT_OK_AND_ASSIGN(const CounterTime down, Read());

  EXPECT_EQ(up.nanosecond, 100'000'000u);
  EXPECT_EQ(down.nanosecond, 99'999'999u);
}

TEST_F(KvmWallClockTest, KnowsTheOldRegisters) {
  cpu.SetLeaf(0x4000'0001, {.eax = 1});
  AddMsrs(0x12, 0x11);

  EXPECT_OK(Read());
}

TEST_F(KvmWallClockTest, NeedsKvm) {
  cpu.SetLeaf(0x4000'0001, {.eax = 0});
  EXPECT_THAT(Read(), IsError(ErrorCode::kUnsupported));
  cpu.SetLeaf(0x4000'0000, {1, 0x7263'694D, 0x666F'736F, 0x7648'2074});
  EXPECT_THAT(Read(), IsError(ErrorCode::kUnsupported));
  cpu.SetLeaf(1, {.ecx = 0});
  EXPECT_THAT(Read(), IsError(ErrorCode::kUnsupported));
}

TEST_F(KvmWallClockTest, RefusesWhatMakesNoSense) {
  system_version = 3;
  EXPECT_THAT(Read(), IsError(ErrorCode::kDeviceError));
  EXPECT_FALSE(is_enabled);
  system_version = 0;
  EXPECT_THAT(Read(), IsError(ErrorCode::kDeviceError));
  system_version = 2;
  scale = 0;
  EXPECT_THAT(Read(), IsError(ErrorCode::kDeviceError));
  scale = 1;
  shift = 64;
  EXPECT_THAT(Read(), IsError(ErrorCode::kDeviceError));
  shift = 0;
  wall_version = 1;
  EXPECT_THAT(Read(), IsError(ErrorCode::kDeviceError));
  wall_version = 2;
  wall_seconds = 0;
  EXPECT_THAT(Read(), IsError(ErrorCode::kDeviceError));
}

TEST_F(KvmWallClockTest, NeedsMemoryThatKvmCanWriteTo) {
  EXPECT_THAT(ReadKvmWallClock(cpu, memory, shared.first(63)),
              IsError(ErrorCode::kInvalidArgument));
  const MutableBytes crooked = memory.AddRegion(0x30'0008, 64);
  EXPECT_THAT(ReadKvmWallClock(cpu, memory, crooked),
              IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace flint::rtc
