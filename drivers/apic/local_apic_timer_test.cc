// SPDX-License-Identifier: Apache-2.0
#include "drivers/apic/local_apic_timer.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "drivers/apic/fake_local_apic.h"
#include "drivers/apic/local_apic_registers.h"
#include "drivers/io/fake_cpu.h"
#include "drivers/io/fake_device_mapper.h"
#include "drivers/io/fake_register_io.h"
#include "gtest/gtest.h"
#include "platforms/base/result.h"

namespace flint::apic {
namespace {

using io::DidWrite;
using Mode = FakeLocalApic::Mode;

constexpr uint8_t kVector = 0x40;

class LocalApicTimerTest : public ::testing::TestWithParam<Mode> {
 protected:
  void SetUp() override {
    apic_.OnInterrupt([this](uint8_t vector) {
      vectors_.push_back(vector);
      EXPECT_FALSE(apic_.interrupts_on());
      timer_->Acknowledge();
    });
    auto timer = LocalApicTimer::Create(
        {.cpu = cpu_, .ports = ports_, .mapper = mapper_, .interrupts = apic_},
        kVector);
    ASSERT_TRUE(timer.has_value());
    timer_.emplace(*timer);
  }

  uint32_t Get(uint32_t offset) const { return apic_.Get(offset); }

  io::FakeCpu cpu_;
  io::FakeRegisterIo ports_{0x1'0000, io::FakeRegisterIo::Empty::kReadsAllOnes};
  io::FakeDeviceMapper mapper_;
  FakeLocalApic apic_{GetParam(), cpu_, mapper_};
  std::vector<uint8_t> vectors_;
  std::optional<LocalApicTimer> timer_;
};

INSTANTIATE_TEST_SUITE_P(Modes,
                         LocalApicTimerTest,
                         ::testing::Values(Mode::kXApic, Mode::kX2Apic),
                         [](const auto& info) {
                           return info.param == Mode::kXApic ? "XApic"
                                                             : "X2Apic";
                         });

TEST_P(LocalApicTimerTest, DoesNothingUntilStarted) {
  EXPECT_FALSE(timer_->running());
  EXPECT_FALSE(apic_.interrupts_on());
  EXPECT_FALSE(apic_.Tick());
  EXPECT_TRUE(ports_.accesses().empty());
}

TEST_P(LocalApicTimerTest, InterruptsAgainAndAgain) {
  timer_->Start();

  EXPECT_TRUE(timer_->running());
  EXPECT_TRUE(apic_.interrupts_on());
  EXPECT_TRUE(apic_.Tick());
  EXPECT_TRUE(apic_.Tick());
  EXPECT_TRUE(apic_.Tick());
  EXPECT_EQ(vectors_, std::vector<uint8_t>({kVector, kVector, kVector}));
}

TEST_P(LocalApicTimerTest, HasABearablePeriodAtAnyFrequency) {
  timer_->Start();

  // Periodic, divided by 128. [sdm 3A 10.5.1, 10.5.4]
  EXPECT_EQ(Get(FakeLocalApic::kLvtTimer), 1U << 17 | kVector);
  EXPECT_EQ(Get(FakeLocalApic::kDivide), 0b1010U);
  const uint64_t ticks = uint64_t{Get(FakeLocalApic::kInitialCount)} * 128;
  EXPECT_GE(ticks * 1000 / 1'000'000'000, 50U);
  EXPECT_LE(ticks * 1000 / 25'000'000, 3000U);
}

TEST_P(LocalApicTimerTest, SilencesTheLegacyControllersFirst) {
  ports_.OnAccess([&] { EXPECT_FALSE(apic_.interrupts_on()); });

  timer_->Start();

  EXPECT_EQ(ports_.accesses(),
            std::vector<io::Access>({DidWrite(8, 0x20, 0x11),
                                     DidWrite(8, 0x21, 0x20),
                                     DidWrite(8, 0x21, 0x04),
                                     DidWrite(8, 0x21, 0x01),
                                     DidWrite(8, 0x21, 0xFF),
                                     DidWrite(8, 0xA0, 0x11),
                                     DidWrite(8, 0xA1, 0x28),
                                     DidWrite(8, 0xA1, 0x02),
                                     DidWrite(8, 0xA1, 0x01),
                                     DidWrite(8, 0xA1, 0xFF)}));
}

TEST_P(LocalApicTimerTest, StopsForGood) {
  timer_->Start();
  apic_.Tick();

  timer_->Stop();

  EXPECT_FALSE(timer_->running());
  EXPECT_FALSE(apic_.interrupts_on());
  EXPECT_FALSE(apic_.Tick());
  EXPECT_EQ(Get(FakeLocalApic::kInitialCount), 0U);
  EXPECT_EQ(vectors_.size(), 1U);
}

TEST_P(LocalApicTimerTest, LeavesNothingPendingBehind) {
  timer_->Start();
  apic_.Disable();  // as an application may
  apic_.Tick();
  ASSERT_TRUE(vectors_.empty());

  timer_->Stop();

  EXPECT_EQ(vectors_.size(), 1U);
  EXPECT_EQ(Get(FakeLocalApic::kInterruptRequest + kVector / 32 * 0x10), 0U);
  EXPECT_FALSE(apic_.interrupts_on());
}

TEST_P(LocalApicTimerTest, GivesUpOnAnInterruptThatIsNeverTaken) {
  apic_.OnInterrupt([](uint8_t) {});  // and never acknowledges
  timer_->Start();
  apic_.Tick();
  apic_.Tick();

  timer_->Stop();

  EXPECT_FALSE(apic_.interrupts_on());
}

TEST_P(LocalApicTimerTest, LeavesTheApicAsItWas) {
  apic_.Set(FakeLocalApic::kSpuriousVector,
            FakeLocalApic::kSoftwareEnable | 0x0F);
  apic_.Set(FakeLocalApic::kLvtTimer, FakeLocalApic::kMasked | 0x77);
  apic_.Set(FakeLocalApic::kDivide, 0b0011);

  timer_->Start();
  timer_->Stop();

  EXPECT_EQ(Get(FakeLocalApic::kSpuriousVector),
            FakeLocalApic::kSoftwareEnable | 0x0F);
  EXPECT_EQ(Get(FakeLocalApic::kLvtTimer), FakeLocalApic::kMasked | 0x77);
  EXPECT_EQ(Get(FakeLocalApic::kDivide), 0b0011U);
}

TEST_P(LocalApicTimerTest, LeavesADisabledApicEnabledWithItsOtherEntries) {
  timer_->Start();
  timer_->Stop();

  EXPECT_EQ(Get(FakeLocalApic::kSpuriousVector),
            FakeLocalApic::kSoftwareEnable | 0xFF);
  EXPECT_EQ(Get(FakeLocalApic::kLvtLint0), 0x700U);
}

TEST_P(LocalApicTimerTest, StartsAndStopsOnce) {
  timer_->Stop();
  EXPECT_FALSE(apic_.interrupts_on());
  timer_->Start();
  ports_.ForgetAccesses();
  timer_->Start();
  EXPECT_TRUE(ports_.accesses().empty());

  timer_->Stop();
  timer_->Stop();

  EXPECT_EQ(Get(FakeLocalApic::kLvtTimer), FakeLocalApic::kMasked);
  timer_->Start();
  EXPECT_TRUE(apic_.Tick());
  EXPECT_EQ(vectors_.size(), 1U);
}

class LocalApicTest : public ::testing::Test {
 protected:
  std::optional<ErrorCode> OpenError() {
    const auto apic = LocalApicRegisters::Open(cpu_, mapper_);
    if (apic) return std::nullopt;
    return apic.error().code();
  }

  io::FakeCpu cpu_;
  io::FakeDeviceMapper mapper_;
};

TEST_F(LocalApicTest, IsNotSoughtWhereTheProcessorHasNone) {
  cpu_.SetLeaf(1, {.edx = 1 << 5});  // reading its MSR would fault
  EXPECT_EQ(OpenError(), ErrorCode::kUnsupported);
  cpu_.SetLeaf(1, {.edx = 1 << 9});  // as would reading any
  EXPECT_EQ(OpenError(), ErrorCode::kUnsupported);
}

TEST_F(LocalApicTest, IsNotUsedIfSwitchedOffOrOutOfReach) {
  const FakeLocalApic apic(Mode::kXApic, cpu_, mapper_);
  cpu_.SetMsr(0x1B, FakeLocalApic::kAddress);
  EXPECT_EQ(OpenError(), ErrorCode::kUnsupported);
  cpu_.SetMsr(0x1B, 0xFED0'0000 | 1 << 11);
  EXPECT_EQ(OpenError(), ErrorCode::kOutOfRange);
}

}  // namespace
}  // namespace flint::apic
