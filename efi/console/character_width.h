// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace flint::efi {

/// How many columns a terminal shows a character in: 2 for East Asian wide ones
/// and pictures, 0 for marks on the character before. [unicode-tr11]
constexpr uint8_t ColumnsOf(char32_t character) {
  const auto is_in = [character](char32_t first, char32_t last) {
    return character >= first && character <= last;
  };
  if (character < 0x300) return 1;
  if (is_in(0x0300, 0x036F) || is_in(0x200B, 0x200F) || is_in(0xFE00, 0xFE0F)) {
    return 0;
  }
  const bool is_wide = is_in(0x1100, 0x115F) || is_in(0x2E80, 0x303E) ||
                       is_in(0x3041, 0xA4CF) || is_in(0xAC00, 0xD7A3) ||
                       is_in(0xF900, 0xFAFF) || is_in(0xFE30, 0xFE6F) ||
                       is_in(0xFF00, 0xFF60) || is_in(0xFFE0, 0xFFE6) ||
                       is_in(0x1F300, 0x1FAFF) || is_in(0x20000, 0x3FFFD);
  return is_wide ? 2 : 1;
}

}  // namespace flint::efi
