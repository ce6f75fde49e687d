// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace flint {

/// An unsigned integer stored in a fixed byte order at any alignment.
///
/// Converts from and to the plain integer, so that a structure of these reads
/// like a structure of integers, but has the wire's layout on every processor.
template <std::unsigned_integral T, std::endian kOrder>
class WireInteger {
 public:
  constexpr WireInteger() = default;
  constexpr WireInteger(T value)  // NOLINT(google-explicit-constructor)
      : bytes_(std::bit_cast<Bytes>(ToWire(value))) {}

  constexpr operator T() const {  // NOLINT(google-explicit-constructor)
    return ToWire(std::bit_cast<T>(bytes_));
  }

 private:
  using Bytes = std::array<uint8_t, sizeof(T)>;

  static constexpr T ToWire(T value) {
    return kOrder == std::endian::native ? value : std::byteswap(value);
  }

  Bytes bytes_{};
};

using Le16 = WireInteger<uint16_t, std::endian::little>;
using Le32 = WireInteger<uint32_t, std::endian::little>;
using Le64 = WireInteger<uint64_t, std::endian::little>;
using Be16 = WireInteger<uint16_t, std::endian::big>;
using Be32 = WireInteger<uint32_t, std::endian::big>;
using Be64 = WireInteger<uint64_t, std::endian::big>;

}  // namespace flint
