// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "platforms/base/result.h"

namespace flint {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

/// A structure whose memory is its wire format: any bytes are a valid value and
/// any address is aligned. Build them of `uint8_t`, `Le32`, `Be16`, arrays.
template <typename T>
concept WireType = std::is_trivially_copyable_v<T> && alignof(T) == 1 &&
                   !std::is_array_v<T>;  // a string literal is text

/// The bytes of a wire structure.
template <WireType T>
Bytes AsBytes(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

/// The bytes as characters; the view lives as long as the bytes.
inline std::string_view AsText(Bytes bytes) {
  // SAFETY: any byte may be read as a char.
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes AsBytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// Bytes [offset, offset + size) of `bytes`, or kTruncated.
constexpr Result<Bytes> Slice(Bytes bytes, uint64_t offset, uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) {
    return Fail(ErrorCode::kTruncated, "structure ends beyond its container");
  }
  return bytes.subspan(offset, size);
}

/// The structure at `offset`, or kTruncated.
template <WireType T>
Result<T> ReadWire(Bytes bytes, uint64_t offset = 0) {
  const Bytes source = TRY(Slice(bytes, offset, sizeof(T)));
  T value;
  // The built-in is one load of a small T even where, without an operating
  // system, the compiler must not recognise the library function.
  __builtin_memcpy(&value, source.data(), sizeof(T));
  return value;
}

/// Stores the structure at `offset`, or kOutOfRange.
template <WireType T>
Status WriteWire(MutableBytes bytes, uint64_t offset, const T& value) {
  if (offset > bytes.size() || sizeof(T) > bytes.size() - offset) {
    return Fail(ErrorCode::kOutOfRange, "write beyond the buffer");
  }
  __builtin_memcpy(bytes.data() + offset, &value, sizeof(T));
  return {};
}

/// Consumes hostile bytes front to back. A read that fails (kTruncated)
/// consumes nothing.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  Bytes remaining() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }

  template <WireType T>
  Result<T> Read() {
    const T value = TRY(ReadWire<T>(bytes_));
    bytes_ = bytes_.subspan(sizeof(T));
    return value;
  }

  Result<Bytes> ReadBytes(uint64_t size) {
    const Bytes taken = TRY(Slice(bytes_, 0, size));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }

 private:
  Bytes bytes_;
};

}  // namespace flint
