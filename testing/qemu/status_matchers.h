// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::qemu {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}

template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}

/// Prints a failure as the text it is, line breaks and all.
template <typename T>
::testing::AssertionResult Succeeds(const char* expression, const T& value) {
  if (StatusOf(value).ok()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << expression << "\nfailed: " << StatusOf(value).message();
}

/// A failure of this `absl::StatusCode` whose message matches.
MATCHER_P2(IsFailure, code, message, "failed as expected") {
  if (StatusOf(arg).code() != code) {
    *result_listener << "which is " << StatusOf(arg).ToString();
    return false;
  }
  return ::testing::ExplainMatchResult(
      message, std::string(StatusOf(arg).message()), result_listener);
}

}  // namespace flint::qemu

#define FLINT_QEMU_CONCATENATE_INNER(a, b) a##b
#define FLINT_QEMU_CONCATENATE(a, b) FLINT_QEMU_CONCATENATE_INNER(a, b)
#define FLINT_QEMU_ASSERT_OK_AND_ASSIGN(result, declaration, ...) \
  auto result = (__VA_ARGS__);                                    \
  ASSERT_TRUE(::flint::qemu::Succeeds(#__VA_ARGS__, result));     \
  declaration = *std::move(result)

/// Ends the test unless the `absl::Status` or `absl::StatusOr` succeeded.
#define ASSERT_OK(...) \
  ASSERT_PRED_FORMAT1(::flint::qemu::Succeeds, (__VA_ARGS__))
#define EXPECT_OK(...) \
  EXPECT_PRED_FORMAT1(::flint::qemu::Succeeds, (__VA_ARGS__))

/// Declares a variable that holds the value, or ends the test.
#define ASSERT_OK_AND_ASSIGN(declaration, ...) \
  FLINT_QEMU_ASSERT_OK_AND_ASSIGN(             \
      FLINT_QEMU_CONCATENATE(result_, __LINE__), declaration, __VA_ARGS__)
