// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <concepts>

#include "platforms/base/result.h"

namespace flint {

/// a + b, or kOutOfRange.
template <std::unsigned_integral T>
constexpr Result<T> CheckedAdd(T a, T b) {
  T sum;
  if (__builtin_add_overflow(a, b, &sum)) {
    return Fail(ErrorCode::kOutOfRange, "sum exceeds its type");
  }
  return sum;
}

/// a * b, or kOutOfRange.
template <std::unsigned_integral T>
constexpr Result<T> CheckedMul(T a, T b) {
  T product;
  if (__builtin_mul_overflow(a, b, &product)) {
    return Fail(ErrorCode::kOutOfRange, "product exceeds its type");
  }
  return product;
}

/// `value` rounded down to a multiple of `alignment`, a power of two.
template <std::unsigned_integral T>
constexpr T AlignDown(T value, T alignment) {
  return value & ~(alignment - 1);
}

/// `value` rounded up to a multiple of `alignment`, a power of two, or
/// kOutOfRange.
template <std::unsigned_integral T>
constexpr Result<T> AlignUp(T value, T alignment) {
  const T sum = TRY(CheckedAdd<T>(value, alignment - 1));
  return AlignDown(sum, alignment);
}

template <std::unsigned_integral T>
constexpr bool IsAligned(T value, T alignment) {
  return (value & (alignment - 1)) == 0;
}

/// The quotient rounded up; cannot overflow.
template <std::unsigned_integral T>
constexpr T DivideRoundUp(T value, T divisor) {
  return value / divisor + (value % divisor != 0 ? 1 : 0);
}

}  // namespace flint
