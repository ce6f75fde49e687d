// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Reads bits, the most significant of each byte first.
class BitReader {
 public:
  BitReader() = default;
  explicit BitReader(Bytes bytes) : bytes_(bytes) {}

  /// The next 16 bits, without taking them; zeros behind the end.
  uint32_t Peek16() {
    while (held_bits_ < 16) {
      const uint32_t byte =
          next_ < bytes_.size() ? std::to_integer<uint32_t>(bytes_[next_]) : 0;
      ++next_;
      held_ = held_ << 8 | byte;
      held_bits_ += 8;
    }
    return held_ >> (held_bits_ - 16) & 0xFFFF;
  }

  /// Takes up to 16 bits. kTruncated if that is beyond the end.
  Status Skip(unsigned count) {
    Peek16();
    held_bits_ -= count;
    // What is held, of whole bytes, has been peeked at and not taken.
    if (next_ - held_bits_ / 8 > bytes_.size()) {
      return Fail(ErrorCode::kTruncated, "compressed data ends too soon");
    }
    return {};
  }

  /// Takes up to 16 bits, as a number.
  Result<uint32_t> Read(unsigned count) {
    const uint32_t value = Peek16() >> (16 - count);
    TRY(Skip(count));
    return value;
  }

 private:
  Bytes bytes_;
  size_t next_ = 0;
  uint32_t held_ = 0;  // the last bytes, of which the low `held_bits_` count
  unsigned held_bits_ = 0;
};

}  // namespace flint::efi
