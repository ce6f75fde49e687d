// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/checked.h"

#include <cstdint>

#include "testing/result_matchers.h"

namespace flint {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOkAndHolds;

TEST(Checked, AddFailsOnOverflow) {
  EXPECT_THAT(CheckedAdd<uint8_t>(200, 55), IsOkAndHolds(255));
  EXPECT_THAT(CheckedAdd<uint8_t>(200, 56), IsError(ErrorCode::kOutOfRange));
}

TEST(Checked, MulFailsOnOverflow) {
  EXPECT_THAT(CheckedMul<uint64_t>(1ull << 32, (1ull << 32) - 1),
              IsOkAndHolds(0xFFFFFFFF00000000));
  EXPECT_THAT(CheckedMul<uint64_t>(1ull << 32, 1ull << 32),
              IsError(ErrorCode::kOutOfRange));
}

TEST(Checked, AlignUpFailsWhereTheResultWouldNotFit) {
  EXPECT_THAT(AlignUp<uint64_t>(0, 4096), IsOkAndHolds(0u));
  EXPECT_THAT(AlignUp<uint64_t>(1, 4096), IsOkAndHolds(4096u));
  EXPECT_THAT(AlignUp<uint64_t>(UINT64_MAX, 4096),
              IsError(ErrorCode::kOutOfRange));
}

TEST(Checked, AlignDownAndDivisionNeverOverflow) {
  EXPECT_EQ(AlignDown<uint64_t>(UINT64_MAX, 4096), UINT64_MAX - 4095);
  EXPECT_EQ(DivideRoundUp<uint64_t>(UINT64_MAX, 2), 1ull << 63);
  EXPECT_TRUE(IsAligned<uint32_t>(8192, 4096));
  EXPECT_FALSE(IsAligned<uint32_t>(8193, 4096));
}

}  // namespace
}  // namespace flint
