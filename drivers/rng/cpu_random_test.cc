// SPDX-License-Identifier: Apache-2.0
#include "drivers/rng/cpu_random.h"

#include <array>
#include <cstddef>
#include <optional>

#include "drivers/io/fake_cpu.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::rng {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::Each;
using ::testing::ElementsAre;

class CpuRandomTest : public ::testing::Test {
 protected:
  void Offer(bool random, bool seed) {
    cpu_.SetLeaf(0, {.eax = 7});
    cpu_.SetLeaf(1, {.ecx = random ? 1u << 30 : 0});
    cpu_.SetLeaf(7, {.ebx = seed ? 1u << 18 : 0});
  }

  io::FakeCpu cpu_;
  std::array<std::byte, 11> bytes_{};
};

TEST_F(CpuRandomTest, PrefersNoise) {
  Offer(true, true);
  cpu_.SetSeed({0x0807060504030201, 0x1817161514131211});
  ASSERT_OK_AND_ASSIGN(CpuRandom random, CpuRandom::Create(cpu_));

  EXPECT_EQ(random.quality(), Quality::kEntropy);
  EXPECT_THAT(random.Fill(bytes_), IsOk());

  EXPECT_EQ(bytes_[0], std::byte{0x01});
  EXPECT_EQ(bytes_[7], std::byte{0x08});
  EXPECT_EQ(bytes_[10], std::byte{0x13});
}

TEST_F(CpuRandomTest, TakesTheGeneratorIfThereIsNothingElse) {
  Offer(true, false);
  cpu_.SetRandom({1, 2});
  ASSERT_OK_AND_ASSIGN(CpuRandom random, CpuRandom::Create(cpu_));

  EXPECT_EQ(random.quality(), Quality::kGenerator);
  EXPECT_THAT(random.Fill(bytes_), IsOk());
}

TEST_F(CpuRandomTest, IsNotThereWithoutEither) {
  Offer(false, false);
  EXPECT_THAT(CpuRandom::Create(cpu_), IsError(ErrorCode::kUnsupported));
  // The leaf that would tell does not exist.
  cpu_.SetLeaf(0, {.eax = 0});
  cpu_.SetLeaf(1, {.ecx = UINT32_MAX});
  cpu_.SetLeaf(7, {.ebx = UINT32_MAX});
  EXPECT_THAT(CpuRandom::Create(cpu_), IsError(ErrorCode::kUnsupported));
}

TEST_F(CpuRandomTest, TriesAgain) {
  Offer(true, false);
  cpu_.SetRandom({std::nullopt, 5, std::nullopt, std::nullopt, 6});
  ASSERT_OK_AND_ASSIGN(CpuRandom random, CpuRandom::Create(cpu_));

  EXPECT_THAT(random.Fill(bytes_), IsOk());

  EXPECT_EQ(bytes_[8], std::byte{6});
  EXPECT_EQ(cpu_.pause_count(), 3);
}

TEST_F(CpuRandomTest, GivesUpAndLeavesNothing) {
  Offer(true, false);
  cpu_.SetRandom({0x7777777777777777});
  ASSERT_OK_AND_ASSIGN(CpuRandom random, CpuRandom::Create(cpu_));

  EXPECT_THAT(random.Fill(bytes_), IsError(ErrorCode::kTimedOut));

  EXPECT_THAT(bytes_, Each(std::byte{0}));
}

TEST_F(CpuRandomTest, BelievesNoConstant) {
  for (const uint64_t constant : {uint64_t{0}, UINT64_MAX, uint64_t{5}}) {
    io::FakeCpu cpu;
    cpu.SetLeaf(0, {.eax = 7});
    cpu.SetLeaf(1, {.ecx = 1u << 30});
    cpu.SetLeaf(7, {});
    cpu.SetRandom(std::deque<std::optional<uint64_t>>(2'000, constant));
    ASSERT_OK_AND_ASSIGN(CpuRandom random, CpuRandom::Create(cpu));

    EXPECT_THAT(random.Fill(bytes_), IsError(ErrorCode::kTimedOut));
  }
}

}  // namespace
}  // namespace flint::rng
