// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/check.h"

#include "gtest/gtest.h"

namespace flint {
namespace {

TEST(Check, PassesAndEvaluatesOnce) {
  int evaluations = 0;

  FLINT_CHECK(++evaluations == 1, "evaluated more than once");

  EXPECT_EQ(evaluations, 1);
}

TEST(CheckDeathTest, PanicsWithPlaceAndMessage) {
  EXPECT_DEATH(FLINT_CHECK(1 > 2, "numbers are broken"),
               "platforms/base/check_test.cc:[0-9]+: check failed: "
               "numbers are broken");
}

}  // namespace
}  // namespace flint
