// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci/bar.h"

#include <array>

#include "drivers/pci/fake_pci_config.h"
#include "drivers/pci/registers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::pci {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOkAndHolds;

constexpr Address kPlace{0, 0, 3, 0};
constexpr Function kDevice{kPlace, 0x1234, 0x5678, HeaderType::kDevice};
constexpr Function kBridge{kPlace, 0x1234, 0x5678, HeaderType::kBridge};

class PciBar : public ::testing::Test {
 protected:
  FakePciConfig config_;
  FakeFunction& function_ = config_.AddFunction(kPlace);
};

TEST_F(PciBar, Decodes32BitMemory) {
  function_.SetBar(1, {.address = 0xFEBF'1000, .size_bytes = 0x1000});

  ASSERT_OK_AND_ASSIGN(const Bar bar, ReadBar(config_, kDevice, 1));

  EXPECT_EQ(bar.space, Bar::Space::kMemory);
  EXPECT_EQ(bar.address, 0xFEBF'1000u);
  EXPECT_FALSE(bar.is_64_bit);
  EXPECT_FALSE(bar.prefetchable);
  EXPECT_TRUE(bar.assigned());
  EXPECT_EQ(config_.access_count(), 1u);
}

TEST_F(PciBar, Decodes64BitPrefetchableMemory) {
  function_.SetBar(4,
                   {.address = 0x40'FE00'4000,
                    .size_bytes = 0x4000,
                    .is_64_bit = true,
                    .prefetchable = true});

  ASSERT_OK_AND_ASSIGN(const Bar bar, ReadBar(config_, kDevice, 4));

  EXPECT_EQ(bar.address, 0x40'FE00'4000u);
  EXPECT_TRUE(bar.is_64_bit);
  EXPECT_TRUE(bar.prefetchable);
  EXPECT_EQ(config_.write_count(), 0u);
}

TEST_F(PciBar, DecodesIoPorts) {
  function_.SetBar(0, {.address = 0xC040, .size_bytes = 0x40, .io = true});

  ASSERT_OK_AND_ASSIGN(const Bar bar, ReadBar(config_, kDevice, 0));

  EXPECT_EQ(bar.space, Bar::Space::kIo);
  EXPECT_EQ(bar.address, 0xC040u);
}

TEST_F(PciBar, DecodesMemoryBelow1MiBAs32Bit) {
  function_.Set32(BaseAddress0::kOffset,
                  0x000D'0000 | BaseAddress0::kTypeBelow1MiB);

  ASSERT_OK_AND_ASSIGN(const Bar bar, ReadBar(config_, kDevice, 0));

  EXPECT_EQ(bar.address, 0x000D'0000u);
  EXPECT_FALSE(bar.is_64_bit);
}

TEST_F(PciBar, TellsThatNobodyAssignedIt) {
  function_.SetBar(0, {.address = 0, .size_bytes = 0x4000, .is_64_bit = true});

  ASSERT_OK_AND_ASSIGN(const Bar bar, ReadBar(config_, kDevice, 0));

  EXPECT_FALSE(bar.assigned());
}

TEST_F(PciBar, TakesAnAddressOnlyInTheHighHalfForAssigned) {
  function_.SetBar(
      0,
      {.address = 0x4000'0000'0000, .size_bytes = 0x8'0000, .is_64_bit = true});

  ASSERT_OK_AND_ASSIGN(const Bar bar, ReadBar(config_, kDevice, 0));

  EXPECT_TRUE(bar.assigned());
}

TEST_F(PciBar, RefusesAReservedType) {
  function_.Set32(BaseAddress0::kOffset, 0xFEBF'0006);

  EXPECT_THAT(ReadBar(config_, kDevice, 0), IsError(ErrorCode::kCorrupt));
}

TEST_F(PciBar, RefusesA64BitBarWithoutAHighHalf) {
  function_.Set32(BaseAddress0::kOffset + 5 * 4,
                  0xFEBF'0000 | BaseAddress0::kType64Bit);
  function_.Set32(BaseAddress0::kOffset + 1 * 4,
                  0xFEBF'0000 | BaseAddress0::kType64Bit);

  EXPECT_THAT(ReadBar(config_, kDevice, 5), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(ReadBar(config_, kBridge, 1), IsError(ErrorCode::kCorrupt));
}

TEST_F(PciBar, KnowsHowManyAHeaderHas) {
  constexpr Function kCardBus{kPlace, 0x1234, 0x5678, 2};

  EXPECT_THAT(ReadBar(config_, kDevice, 6), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(ReadBar(config_, kDevice, 255), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(ReadBar(config_, kBridge, 2), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(ReadBar(config_, kCardBus, 0), IsError(ErrorCode::kNotFound));
  EXPECT_EQ(config_.access_count(), 0u);
}

class PciBarSize : public PciBar,
                   public ::testing::WithParamInterface<FakeBar> {};

TEST_P(PciBarSize, IsMeasuredWithDecodingOffAndEverythingRestored) {
  function_.SetBar(2, GetParam());
  function_.Set16(
      Command::kOffset,
      Command::kIoSpace | Command::kMemorySpace | Command::kBusMaster);
  const uint32_t low = function_.Get32(0x18);
  const uint32_t high = function_.Get32(0x1C);

  EXPECT_THAT(MeasureBar(config_, kDevice, 2),
              IsOkAndHolds(GetParam().size_bytes));

  EXPECT_EQ(function_.Get32(0x18), low);
  EXPECT_EQ(function_.Get32(0x1C), high);
  EXPECT_EQ(function_.Get16(Command::kOffset),
            Command::kIoSpace | Command::kMemorySpace | Command::kBusMaster);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds,
    PciBarSize,
    ::testing::Values(
        FakeBar{.address = 0xFEBF'1000, .size_bytes = 0x1000},
        FakeBar{.address = 0x8000'0000, .size_bytes = 0x8000'0000},
        FakeBar{.address = 0xC040, .size_bytes = 0x20, .io = true},
        FakeBar{.address = 0x40'0000'4000,
                .size_bytes = 0x4000,
                .is_64_bit = true,
                .prefetchable = true},
        FakeBar{.address = 0x100'0000'0000,
                .size_bytes = uint64_t{1} << 36,
                .is_64_bit = true},
        FakeBar{.address = 0, .size_bytes = 0x8'0000, .is_64_bit = true}));

TEST_F(PciBar, LeavesTheCommandAloneIfNothingWasDecoded) {
  function_.SetBar(0, {.address = 0xFEBF'1000, .size_bytes = 0x1000});

  ASSERT_OK(MeasureBar(config_, kDevice, 0));

  EXPECT_EQ(config_.write_count(), 2u) << "only the BAR: ones, and restored";
}

TEST_F(PciBar, CannotMeasureWhatIsNotThere) {
  EXPECT_THAT(MeasureBar(config_, kDevice, 3), IsError(ErrorCode::kNotFound));
}

TEST_F(PciBar, EnablesMemoryAndBusMasterAndSilencesTheInterrupt) {
  function_.Set16(Command::kOffset, Command::kIoSpace);

  EnableMemoryAndBusMaster(config_, kPlace);

  EXPECT_EQ(function_.Get16(Command::kOffset),
            Command::kIoSpace | Command::kMemorySpace | Command::kBusMaster |
                Command::kInterruptDisable);
}

TEST_F(PciBar, EnablesIoAndLeavesMemoryAlone) {
  function_.Set16(Command::kOffset, 0);

  EnableIoAndBusMaster(config_, kPlace);

  EXPECT_EQ(
      function_.Get16(Command::kOffset),
      Command::kIoSpace | Command::kBusMaster | Command::kInterruptDisable);
}

TEST_F(PciBar, EnablesOnlyOnce) {
  EnableMemoryAndBusMaster(config_, kPlace);
  config_.ForgetAccesses();

  EnableMemoryAndBusMaster(config_, kPlace);

  EXPECT_EQ(config_.write_count(), 0u);
}

TEST_F(PciBar, StopsBusMastersButBridges) {
  constexpr Command::Value kAll =
      Command::kIoSpace | Command::kMemorySpace | Command::kBusMaster;
  function_.Set16(Command::kOffset, kAll);
  FakeFunction& bridge = config_.AddFunction({0, 0, 9, 0});
  bridge.SetClass(0x0601);
  bridge.Set16(Command::kOffset, kAll);
  FakeFunction& other = config_.AddFunction({0, 0, 10, 0});
  std::array<Function, 4> storage;

  StopBusMasters(config_, Scan(config_, storage).functions);

  EXPECT_EQ(function_.Get16(Command::kOffset),
            Command::kIoSpace | Command::kMemorySpace);
  EXPECT_EQ(bridge.Get16(Command::kOffset), kAll);
  EXPECT_EQ(other.Get16(Command::kOffset), 0);
  EXPECT_EQ(config_.write_count(), 1u);
}

}  // namespace
}  // namespace flint::pci
