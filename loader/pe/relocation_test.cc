// SPDX-License-Identifier: Apache-2.0
#include "loader/pe/relocation.h"

#include <cstring>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/pe/pe_builder.h"
#include "testing/result_matchers.h"

namespace flint::pe {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;

constexpr uint32_t kTableRva = 0x100;
constexpr Move kUp{.from = 0x40'0000, .to = 0x1240'1234};  // by 0x1200'1234

/// A small image with a value at offset 8 and a relocation table.
class RelocationTest : public ::testing::Test {
 protected:
  RelocationTest() : image_(0x1100) {}

  Status Apply(const std::vector<std::byte>& table, Move move = kUp) {
    std::memcpy(image_.data() + kTableRva, table.data(), table.size());
    return ApplyRelocations(
        image_,
        {.rva = kTableRva, .size_bytes = static_cast<uint32_t>(table.size())},
        move);
  }

  Status ApplyOne(RelocationType type, Move move = kUp) {
    return Apply(RelocationBlockOf(0, {RelocationEntry(type, 8)}), move);
  }

  void SetValue(uint64_t value) {
    EXPECT_THAT(WriteWire(image_, 8, Le64(value)), IsOk());
  }
  uint64_t value() const { return *ReadWire<Le64>(image_, 8); }

  std::vector<std::byte> image_;
};

TEST_F(RelocationTest, AddsToAllOfADir64) {
  SetValue(0xffff'ffff'0040'0000);

  EXPECT_THAT(ApplyOne(RelocationType::kDir64), IsOk());

  EXPECT_EQ(value(), 0xffff'ffff'1240'1234);
}

TEST_F(RelocationTest, AddsToTheLowHalfOfAHighLow) {
  SetValue(0x1111'1111'0040'0010);

  EXPECT_THAT(ApplyOne(RelocationType::kHighLow), IsOk());

  EXPECT_EQ(value(), 0x1111'1111'1240'1244);
}

TEST_F(RelocationTest, AddsTheUpperHalfOfTheMoveToAHigh) {
  SetValue(0x2222'0040);

  EXPECT_THAT(ApplyOne(RelocationType::kHigh), IsOk());

  EXPECT_EQ(value(), 0x2222'1240);
}

TEST_F(RelocationTest, AddsTheLowerHalfOfTheMoveToALow) {
  SetValue(0x2222'fff0);

  EXPECT_THAT(ApplyOne(RelocationType::kLow), IsOk());

  EXPECT_EQ(value(), 0x2222'1224);
}

TEST_F(RelocationTest, LeavesAbsoluteAlone) {
  SetValue(5);

  EXPECT_THAT(ApplyOne(RelocationType::kAbsolute), IsOk());

  EXPECT_EQ(value(), 5u);
}

TEST_F(RelocationTest, MovesDown) {
  SetValue(0x1240'1234);

  EXPECT_THAT(
      ApplyOne(RelocationType::kDir64, {.from = kUp.to, .to = kUp.from}),
      IsOk());

  EXPECT_EQ(value(), 0x40'0000u);
}

TEST_F(RelocationTest, DoesNothingWhereTheImageWasLinked) {
  SetValue(7);

  EXPECT_THAT(ApplyOne(RelocationType::kDir64, {.from = 9, .to = 9}), IsOk());

  EXPECT_EQ(value(), 7u);
}

TEST_F(RelocationTest, RefusesHighLowBeyondFourGib) {
  EXPECT_THAT(
      ApplyOne(RelocationType::kHighLow, {.from = 0, .to = 0xffff'f000}),
      IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(
      ApplyOne(RelocationType::kHighLow, {.from = 0, .to = 0xffff'e000}),
      IsOk());
}

TEST_F(RelocationTest, RefusesOtherTypes) {
  for (const unsigned type : {4u, 5u, 6u, 7u, 8u, 9u, 11u, 15u}) {
    EXPECT_THAT(ApplyOne(static_cast<RelocationType>(type)),
                IsError(ErrorCode::kUnsupported))
        << type;
  }
}

TEST_F(RelocationTest, AppliesEveryBlock) {
  auto table =
      RelocationBlockOf(0, {RelocationEntry(RelocationType::kLow, 8), 0, 0});
  const auto second = RelocationBlockOf(
      0x1000, {RelocationEntry(RelocationType::kDir64, 0xf8)});
  table.insert(table.end(), second.begin(), second.end());

  EXPECT_THAT(Apply(table), IsOk());

  EXPECT_EQ(value(), 0x1234u);
  EXPECT_EQ(uint64_t{*ReadWire<Le64>(image_, 0x10f8)}, 0x1200'1234u);
}

TEST_F(RelocationTest, StopsAtAZeroBlock) {
  std::vector<std::byte> table(24);

  EXPECT_THAT(Apply(table), IsOk());
}

TEST_F(RelocationTest, ToleratesALinuxKernelsDummyBlock) {
  // Ten bytes: one padding entry, and the next block not aligned.
  EXPECT_THAT(Apply(RelocationBlockOf(10, {0})), IsOk());
}

TEST_F(RelocationTest, RefusesPlacesOutsideTheImage) {
  EXPECT_THAT(Apply(RelocationBlockOf(
                  0x1000, {RelocationEntry(RelocationType::kDir64, 0xf9)})),
              IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(Apply(RelocationBlockOf(
                  0xffff'ffff, {RelocationEntry(RelocationType::kLow, 9)})),
              IsError(ErrorCode::kCorrupt));
}

TEST_F(RelocationTest, RefusesATableOutsideTheImage) {
  EXPECT_THAT(ApplyRelocations(image_, {.rva = 0x10f9, .size_bytes = 8}, kUp),
              IsError(ErrorCode::kCorrupt));
}

TEST_F(RelocationTest, RefusesBlockSizesThatContradict) {
  for (const uint32_t size : {0u, 1u, 7u, 11u, 0xffff'ffffu}) {
    auto table = RelocationBlockOf(0x10, {0});
    ASSERT_THAT(WriteWire(MutableBytes(table), 4, Le32(size)), IsOk());
    EXPECT_THAT(Apply(table), IsError(ErrorCode::kCorrupt)) << size;
  }
}

TEST_F(RelocationTest, SurvivesATableThatRewritesItself) {
  // The first entry turns the second, padding, into HIGH at 0x200.
  const auto table = RelocationBlockOf(
      0, {RelocationEntry(RelocationType::kDir64, kTableRva + 8), 0, 0, 0});

  EXPECT_THAT(Apply(table), IsOk());

  EXPECT_EQ(uint16_t{*ReadWire<Le16>(image_, 0x200)}, 0x1200u);
}

}  // namespace
}  // namespace flint::pe
