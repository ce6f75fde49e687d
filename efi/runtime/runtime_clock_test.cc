// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/runtime_clock.h"

#include <cstdint>

#include "drivers/io/fake_cpu.h"
#include "drivers/io/fake_register_io.h"
#include "drivers/rtc/calendar.h"
#include "drivers/rtc/fake_cmos.h"
#include "drivers/rtc/kvm_wall_clock.h"
#include "platforms/base/endian.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

class RuntimeClockTest : public ::testing::Test {
 protected:
  RuntimeClockTest() { cpu.SetLeaf(1, {.ecx = 0}); }

  RuntimeClock Find() {
    return FindRuntimeClock({.ports = ports,
                             .cpu = cpu,
                             .memory = memory,
                             .shared = shared,
                             .counter_hz = 3'000'000'000});
  }

  // KVM, at one second after it started the machine.
  void HaveKvm() {
    cpu.SetLeaf(1, {.ecx = uint32_t{1} << 31});
    cpu.SetLeaf(0x4000'0000, {1, 0x4B4D'564B, 0x564B'4D56, 0x4D});
    cpu.SetLeaf(0x4000'0001, {.eax = 1 << 3});
    cpu.AddMsr(0x4B56'4D01, 0, [this](uint64_t value) {
      if (value == 0) return;
      ASSERT_OK(WriteWire(shared, 0, Le32(2)));
      ASSERT_OK(WriteWire(shared, 8, Le64(cpu.timestamp())));
      ASSERT_OK(WriteWire(shared, 16, Le64(1'000'000'000)));
      ASSERT_OK(WriteWire(shared, 24, Le32(1)));
    });
    cpu.AddMsr(0x4B56'4D00, 0, [this](uint64_t) {
      ASSERT_OK(WriteWire(shared, 36, Le32(86'399)));
    });
  }

  io::FakeRegisterIo ports{0x1'0000, io::FakeRegisterIo::Empty::kReadsAllOnes};
  io::FakeCpu cpu;
  FakeGuestMemory memory;
  MutableBytes shared =
      memory.AddRegion(0x20'0000, rtc::kKvmWallClockSizeBytes);
};

TEST_F(RuntimeClockTest, IsTheCmosClockWhereThereIsOne) {
  rtc::FakeCmos cmos(ports);
  HaveKvm();

  const RuntimeClock clock = Find();

  EXPECT_EQ(clock.kind, RuntimeClockKind::kCmos);
  EXPECT_EQ(clock.century_register, 0x32);
  EXPECT_EQ(clock.has_fixed_hours, 0);
  EXPECT_EQ(clock.has_alarm, 1);
  EXPECT_EQ(clock.counter_hz, 3'000'000'000u);
}

TEST_F(RuntimeClockTest, FindsOutWhatAClockOfAVmmCannot) {
  rtc::FakeCmos cmos(ports, {.is_read_only = true});

  const RuntimeClock clock = Find();

  EXPECT_EQ(clock.kind, RuntimeClockKind::kCmos);
  EXPECT_EQ(clock.has_fixed_hours, 1);
  EXPECT_EQ(clock.has_alarm, 0);
}

TEST_F(RuntimeClockTest, IsKvmsOtherwise) {
  HaveKvm();

  const RuntimeClock clock = Find();

  EXPECT_EQ(clock.kind, RuntimeClockKind::kCounter);
  EXPECT_EQ(rtc::FromSeconds(clock.start_seconds),
            (rtc::CalendarTime{1970, 1, 2, 0, 0, 0}));
  EXPECT_EQ(clock.counter_start, cpu.timestamp());
  EXPECT_EQ(clock.has_alarm, 0);
}

TEST_F(RuntimeClockTest, IsNoneOnABareMachine) {
  const RuntimeClock clock = Find();

  EXPECT_EQ(clock.kind, RuntimeClockKind::kNone);
  EXPECT_EQ(clock.counter_hz, 3'000'000'000u);
}

}  // namespace
}  // namespace flint::efi
