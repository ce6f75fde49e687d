// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <type_traits>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/result.h"

namespace flint {

/// How googletest prints a failure.
inline void PrintTo(const Error& error, std::ostream* out) {
  *out << ToString(error.code()) << " (" << error.reason() << ")";
}

namespace testing {

/// A `Result` or `Status` that succeeded.
MATCHER(IsOk, negation ? "is a failure" : "is a success") {
  if (arg.has_value()) return true;
  *result_listener << "which failed: " << ToString(arg.error().code()) << " ("
                   << arg.error().reason() << ")";
  return false;
}

/// A `Result` whose value matches.
MATCHER_P(IsOkAndHolds, matcher, "holds a matching value") {
  if (!arg.has_value()) {
    *result_listener << "which failed: " << ToString(arg.error().code()) << " ("
                     << arg.error().reason() << ")";
    return false;
  }
  return ::testing::ExplainMatchResult(matcher, *arg, result_listener);
}

/// A failure of this kind.
MATCHER_P(IsError,
          code,
          std::string("failed: ") + std::string(ToString(code))) {
  if (arg.has_value()) {
    *result_listener << "which succeeded";
    return false;
  }
  *result_listener << "which failed: " << ToString(arg.error().code()) << " ("
                   << arg.error().reason() << ")";
  return arg.error().code() == code;
}

}  // namespace testing
}  // namespace flint

#define FLINT_CONCATENATE_INNER(a, b) a##b
#define FLINT_CONCATENATE(a, b) FLINT_CONCATENATE_INNER(a, b)

/// Declares a variable holding the value, or ends the test.
#define ASSERT_OK_AND_ASSIGN(declaration, expression) \
  FLINT_ASSERT_OK_AND_ASSIGN(                         \
      FLINT_CONCATENATE(result_, __LINE__), declaration, expression)
#define FLINT_ASSERT_OK_AND_ASSIGN(result, declaration, expression) \
  auto result = (expression);                                       \
  ASSERT_THAT(result, ::flint::testing::IsOk());                    \
  declaration = *std::move(result)

#define ASSERT_OK(expression) \
  ASSERT_THAT((expression), ::flint::testing::IsOk())
#define EXPECT_OK(expression) \
  EXPECT_THAT((expression), ::flint::testing::IsOk())
