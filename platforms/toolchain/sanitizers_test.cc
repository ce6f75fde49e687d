// SPDX-License-Identifier: Apache-2.0
//
// That tests are built with what would find such mistakes in them: a sanitizer
// lost in a change of the toolchain is missed by nobody else.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "gtest/gtest.h"

namespace flint {
namespace {

#if __has_feature(address_sanitizer)

/// A value of which the compiler knows nothing.
template <typename T>
[[clang::optnone, gnu::noinline]] T Unknown(T value) {
  return value;
}

TEST(SanitizersDeathTest, FindAnIndexPastTheEnd) {
  std::array<std::byte, 8> bytes = {};
  const std::byte* const first = Unknown(bytes.data());
  EXPECT_DEATH(Unknown(first[bytes.size()]), "stack-buffer-overflow");
}

TEST(SanitizersDeathTest, FindASignedOverflow) {
  const int most = Unknown(std::numeric_limits<int>::max());
  EXPECT_DEATH(Unknown(most + 1), "signed integer overflow");
}

TEST(SanitizersDeathTest, FindATruncationNobodyWroteDown) {
  uint8_t small = Unknown(uint8_t{255});
  EXPECT_DEATH(Unknown(small += Unknown(uint8_t{1})), "implicit conversion");
}

TEST(SanitizersDeathTest, LetAWrittenConversionPass) {
  EXPECT_EQ(static_cast<uint8_t>(Unknown(256)), 0);
}

#endif

}  // namespace
}  // namespace flint
