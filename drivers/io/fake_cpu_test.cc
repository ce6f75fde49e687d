// SPDX-License-Identifier: Apache-2.0
#include "drivers/io/fake_cpu.h"

#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

namespace flint::io {
namespace {

constexpr uint32_t kMsr = 0x11;

TEST(FakeCpu, MovesItsTimestampAtEachReading) {
  FakeCpu cpu;

  const uint64_t first = cpu.ReadTimestamp();
  cpu.AdvanceTimestamp(1'000);

  EXPECT_GT(cpu.ReadTimestamp(), first + 1'000);
  EXPECT_EQ(cpu.timestamp_count(), 2);
}

TEST(FakeCpu, ReturnsGarbageForUnsetLeaves) {
  FakeCpu cpu;
  cpu.SetLeaf(1, {.ecx = 5});

  EXPECT_EQ(cpu.Cpuid(1).ecx, 5U);
  EXPECT_EQ(cpu.Cpuid(1).eax, 0U);
  EXPECT_NE(cpu.Cpuid(2).ecx, 0U);
  EXPECT_EQ(cpu.cpuid_count(), 3);
}

TEST(FakeCpu, KeepsMsrsAndTellsOfWrites) {
  FakeCpu cpu;
  uint64_t told = 0;
  cpu.AddMsr(kMsr, 7, [&](uint64_t value) { told = value; });

  EXPECT_EQ(cpu.ReadMsr(kMsr), 7U);
  cpu.WriteMsr(kMsr, 9);

  EXPECT_EQ(cpu.msr(kMsr), 9U);
  EXPECT_EQ(told, 9U);
}

TEST(FakeCpu, FailsTheTestWhereTheProcessorWouldFault) {
  static FakeCpu cpu;

  EXPECT_NONFATAL_FAILURE(cpu.ReadMsr(kMsr), "reading MSR 0x11 faults");
  EXPECT_NONFATAL_FAILURE(cpu.WriteMsr(kMsr, 1), "writing MSR 0x11 faults");
}

}  // namespace
}  // namespace flint::io
