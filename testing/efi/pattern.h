// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace flint::efi_testing {

/// How long the file is that `write_files` writes in pieces.
inline constexpr size_t kWrittenFileSize = 300'000;
/// What it cuts another one to.
inline constexpr size_t kShrunkFileSize = 1234;

/// The bytes of the file that `write_files` writes: no two blocks are alike.
constexpr char PatternAt(size_t offset) {
  const auto bits = static_cast<uint32_t>(offset) * 2'654'435'761u;
  return static_cast<char>(bits >> 24 ^ offset >> 9);
}

}  // namespace flint::efi_testing
