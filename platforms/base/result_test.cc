// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/result.h"

#include "testing/result_matchers.h"

namespace flint {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::flint::testing::IsOkAndHolds;

Result<int> Half(int value) {
  if (value % 2 != 0) return Fail(ErrorCode::kInvalidArgument, "odd number");
  return value / 2;
}

Result<int> Quarter(int value) {
  const int half = TRY(Half(value));
  return Half(half);
}

Status OnlyEven(int value) {
  TRY(Half(value));
  return {};
}

TEST(Result, TryYieldsTheValue) { EXPECT_THAT(Quarter(12), IsOkAndHolds(3)); }

TEST(Result, TryPropagatesCodeAndReason) {
  const Result<int> result = Quarter(6);

  ASSERT_THAT(result, IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(result.error().reason(), "odd number");
}

TEST(Result, TryWorksForStatus) {
  EXPECT_THAT(OnlyEven(2), IsOk());
  EXPECT_THAT(OnlyEven(3), IsError(ErrorCode::kInvalidArgument));
}

TEST(Result, EveryCodeHasAName) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::kReadOnly); ++code) {
    EXPECT_NE(ToString(static_cast<ErrorCode>(code)), "unknown error") << code;
  }
}

}  // namespace
}  // namespace flint
