// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "platforms/base/bytes.h"

namespace flint::efi::hii {

/// Where the windows of SCSU are at the start of a string. [scsu 5]
struct ScsuWindows {
  std::array<uint32_t, 8> fixed;
  std::array<uint32_t, 8> dynamic;
};

/// Undoes the Standard Compression Scheme for Unicode, unit by unit. [scsu]
class ScsuDecoder {
 public:
  ScsuDecoder(Bytes bytes, const ScsuWindows& windows)
      : reader_(bytes), windows_(windows) {}

  /// The next UTF-16 unit; nothing at the end of the bytes, or where they are
  /// no SCSU.
  std::optional<char16_t> Next();

  Bytes remaining() const { return reader_.remaining(); }

 private:
  using Unit = std::optional<char16_t>;

  /// What a byte asks for that is no character yet: go on with the next.
  struct Step {
    Unit unit;
    bool is_done = false;
  };

  Step SingleByteMode(uint8_t byte);
  Step UnicodeMode(uint8_t byte);
  std::optional<uint8_t> Byte();
  /// `high`, and the next byte.
  Step Quoted(uint8_t high);
  Step QuotedFrom(size_t window);
  Step Character(uint32_t code_point);
  Step Define(size_t window);
  Step DefineExtended();

  static constexpr Step Again() { return {}; }
  static constexpr Step End() {
    return {.unit = std::nullopt, .is_done = true};
  }

  ByteReader reader_;
  ScsuWindows windows_;
  size_t active_ = 0;
  bool is_unicode_ = false;
  Unit low_surrogate_;
};

}  // namespace flint::efi::hii
