// SPDX-License-Identifier: Apache-2.0
#include "drivers/clock/cpuid_frequency.h"

#include <cstdint>
#include <limits>

#include "drivers/clock/fake_tsc_machine.h"
#include "drivers/clock/tsc_frequency.h"
#include "gtest/gtest.h"

namespace flint::clock {
namespace {

using CpuidFrequency = FakeTscMachine;

TEST_F(CpuidFrequency, AsksTheHypervisorFirst) {
  HaveKvm(0x5555'5555, 0);
  HaveHypervisor(0x4000'0010, "KVMKVMKVM\0\0\0");
  cpu_.SetLeaf(0x4000'0010, {.eax = 2'400'000});
  cpu_.SetLeaf(0, {.eax = 0x16});
  cpu_.SetLeaf(0x15, {2, 200, 25'000'000, 0});
  HavePmTimer(/*is_32_bit=*/true);

  EXPECT_THAT(Find(), Is(TscSource::kHypervisorLeaf, 2'400'000'000));
}

TEST_F(CpuidFrequency, AsksNoLeafThatTheHypervisorDoesNotHave) {
  HaveHypervisor(0x4000'000F, "TCGTCGTCGTCG");
  cpu_.SetLeaf(0x4000'0010, {.eax = 2'400'000});

  EXPECT_THAT(Find(), Is(TscSource::kAssumed, kAssumedHz));
}

TEST_F(CpuidFrequency, AsksNoHypervisorWhereThereIsNone) {
  HaveHypervisor(0x4000'0010, "KVMKVMKVM\0\0\0");
  cpu_.SetLeaf(0x4000'0010, {.eax = 2'400'000});
  cpu_.SetLeaf(1, {.ecx = 0});

  EXPECT_THAT(Find(), Is(TscSource::kAssumed, kAssumedHz));
}

TEST_F(CpuidFrequency, DoesNotAskHyperVForAnothersLeaf) {
  HaveHypervisor(0x4000'0010, "Microsoft Hv");
  cpu_.SetLeaf(0x4000'0010, {.eax = 2'400'000});

  EXPECT_THAT(Find(), Is(TscSource::kAssumed, kAssumedHz));
}

TEST_F(CpuidFrequency, PassesOverAnEmptyTimingLeaf) {
  HaveHypervisor(0x4000'0010, "KVMKVMKVM\0\0\0");
  cpu_.SetLeaf(0x4000'0001, {.eax = 0});
  cpu_.SetLeaf(0x4000'0010, {.eax = 0});

  EXPECT_THAT(Find(), Is(TscSource::kAssumed, kAssumedHz));
}

TEST_F(CpuidFrequency, MultipliesTheCrystal) {
  cpu_.SetLeaf(0, {.eax = 0x15});
  cpu_.SetLeaf(0x15, {.eax = 2, .ebx = 200, .ecx = 25'000'000});

  EXPECT_THAT(Find(), Is(TscSource::kTscLeaf, 2'500'000'000));
}

TEST_F(CpuidFrequency, TakesTheBaseFrequencyForAnUnknownCrystal) {
  cpu_.SetLeaf(0, {.eax = 0x16});
  cpu_.SetLeaf(0x15, {.eax = 2, .ebx = 200, .ecx = 0});
  cpu_.SetLeaf(0x16, {.eax = 0xFFFF'0000 | 2'600});

  EXPECT_THAT(Find(), Is(TscSource::kTscLeaf, 2'600'000'000));
}

TEST_F(CpuidFrequency, PassesOverATscLeafWithoutAnswer) {
  cpu_.SetLeaf(0, {.eax = 0x16});
  cpu_.SetLeaf(0x16, {.eax = 2'600});
  for (const io::CpuidLeaf leaf : {io::CpuidLeaf{0, 200, 25'000'000, 0},
                                   io::CpuidLeaf{2, 0, 25'000'000, 0}}) {
    cpu_.SetLeaf(0x15, leaf);
    EXPECT_THAT(Find(), Is(TscSource::kAssumed, kAssumedHz));
  }
  cpu_.SetLeaf(0x15, {.eax = 2, .ebx = 200, .ecx = 0});
  cpu_.SetLeaf(0x16, {.eax = 0});
  EXPECT_THAT(Find(), Is(TscSource::kAssumed, kAssumedHz));
  cpu_.SetLeaf(0, {.eax = 0x15});
  EXPECT_THAT(Find(), Is(TscSource::kAssumed, kAssumedHz));
}

TEST_F(CpuidFrequency, ReadsKvmsScale) {
  HaveKvm(0x8000'0000, 0);
  EXPECT_THAT(Find(), Is(TscSource::kKvmClock, 2'000'000'000));

  HaveKvm(0x8000'0000, 1);
  EXPECT_THAT(Find(), Is(TscSource::kKvmClock, 1'000'000'000));

  HaveKvm(0x8000'0000, -1);
  EXPECT_THAT(Find(), Is(TscSource::kKvmClock, 4'000'000'000));
}

TEST_F(CpuidFrequency, TakesItsMemoryBackFromKvm) {
  HaveKvm(0x8000'0000, 0);

  Find();

  EXPECT_EQ(cpu_.msr(kKvmClock2Msr), 0U);
}

TEST_F(CpuidFrequency, KnowsTheOldRegisterOfKvm) {
  HaveHypervisor(0, "KVMKVMKVM\0\0\0");  // as old versions say
  cpu_.SetLeaf(0x4000'0001, {.eax = 1 << 0});
  AddKvmMsr(kKvmClockMsr, 0x8000'0000, 0);

  EXPECT_THAT(Find(), Is(TscSource::kKvmClock, 2'000'000'000));
}

TEST_F(CpuidFrequency, FindsKvmBehindHyperV) {
  HaveHypervisor(0x4000'000B, "Microsoft Hv");
  cpu_.SetLeaf(0x4000'0100, NameLeaf(0x4000'0101, "KVMKVMKVM\0\0\0"));
  cpu_.SetLeaf(0x4000'0101, {.eax = 1 << 3});
  AddKvmMsr(kKvmClock2Msr, 0x8000'0000, 0);

  EXPECT_THAT(Find(), Is(TscSource::kKvmClock, 2'000'000'000));
}

// FakeCpu fails the test for an MSR that does not exist.
TEST_F(CpuidFrequency, TouchesNoRegisterThatKvmDoesNotOffer) {
  HaveHypervisor(0x4000'0001, "KVMKVMKVM\0\0\0");
  cpu_.SetLeaf(0x4000'0001, {.eax = 0xFFFF'FFF6});

  EXPECT_THAT(Find(), Is(TscSource::kAssumed, kAssumedHz));
}

TEST_F(CpuidFrequency, PassesOverAScaleThatMakesNoSense) {
  HaveKvm(0, 0);
  EXPECT_EQ(Find().source, TscSource::kAssumed);
  HaveKvm(0x8000'0000, 0, /*version=*/0);  // not written
  EXPECT_EQ(Find().source, TscSource::kAssumed);
  HaveKvm(0x8000'0000, 0, /*version=*/3);  // being written
  EXPECT_EQ(Find().source, TscSource::kAssumed);
  for (const int8_t shift : {std::numeric_limits<int8_t>::min(),
                             std::numeric_limits<int8_t>::max(),
                             int8_t{-31},
                             int8_t{31}}) {
    HaveKvm(0x8000'0000, shift);
    EXPECT_EQ(Find().source, TscSource::kAssumed) << int{shift};
  }
  HaveKvm(1, -31);
  EXPECT_EQ(Find().source, TscSource::kAssumed);
}

TEST_F(CpuidFrequency, GivesKvmOnlyMemoryThatFits) {
  HaveKvm(0x8000'0000, 0);
  const MutableBytes whole = memory_.AddRegion(0x30'0000, 128);
  hardware_.kvm_clock = whole.subspan(8, 64);
  EXPECT_EQ(Find().source, TscSource::kAssumed);
  hardware_.kvm_clock = whole.first(31);
  EXPECT_EQ(Find().source, TscSource::kAssumed);
  hardware_.kvm_clock = whole.subspan(32, 32);
  EXPECT_EQ(Find().source, TscSource::kKvmClock);
}

TEST_F(CpuidFrequency, PassesOverImpossibleFrequencies) {
  HaveHypervisor(0x4000'0010, "KVMKVMKVM\0\0\0");
  cpu_.SetLeaf(0x4000'0001, {.eax = 0});
  for (const uint32_t khz : {1U, 9'999U, 20'000'001U, UINT32_MAX}) {
    cpu_.SetLeaf(0x4000'0010, {.eax = khz});
    EXPECT_EQ(Find().source, TscSource::kAssumed) << khz;
  }
}

}  // namespace
}  // namespace flint::clock
