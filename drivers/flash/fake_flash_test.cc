// SPDX-License-Identifier: Apache-2.0
#include "drivers/flash/fake_flash.h"

#include <array>

#include "gtest/gtest-spi.h"
#include "testing/result_matchers.h"

namespace flint::flash {
namespace {

using ::flint::testing::IsError;
using ::testing::Each;

constexpr auto kZeros = std::array<std::byte, 8>{};

TEST(FakeFlash, ClearsBitsAndSetsThemBlockByBlock) {
  FakeFlash flash(3 * 4096);

  ASSERT_OK(flash.Program(4092, kZeros));
  ASSERT_OK(flash.EraseBlock(4096));

  EXPECT_EQ(flash.contents()[4095], std::byte{0});
  EXPECT_EQ(flash.contents()[4096], std::byte{0xFF});
  EXPECT_NONFATAL_FAILURE(
      ASSERT_OK(flash.Program(4095, AsBytes(std::string_view("A")))),
      "cannot become 1");
}

TEST(FakeFlash, LosesPowerInTheMiddle) {
  FakeFlash flash(4096);
  flash.CutPowerAfter(1, FakeFlash::Tear::kFront);

  ASSERT_OK(flash.Program(0, kZeros));
  EXPECT_THAT(flash.Program(8, kZeros), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(flash.Program(16, kZeros), IsError(ErrorCode::kDeviceError));
  flash.RestorePower();
  std::array<std::byte, 16> read{};
  ASSERT_OK(flash.Read(8, read));

  EXPECT_THAT(std::span(read).first(4), Each(std::byte{0}));
  EXPECT_THAT(std::span(read).subspan(4), Each(std::byte{0xFF}));
}

TEST(Flash, RefusesWhatIsBeyondItsEnd) {
  FakeFlash flash(4096);
  std::array<std::byte, 2> bytes{};

  EXPECT_THAT(flash.Read(4095, bytes), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(flash.Read(UINT64_MAX, bytes), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(flash.Program(4095, bytes), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(flash.EraseBlock(4096), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(flash.EraseBlock(1), IsError(ErrorCode::kOutOfRange));
}

}  // namespace
}  // namespace flint::flash
