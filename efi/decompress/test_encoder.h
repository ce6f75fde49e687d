// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flint::efi {

/// Compresses as the specification describes, header included: real Huffman
/// codes, strings found by looking everywhere. For tests, small texts only.
std::string CompressForTest(std::string_view text,
                            size_t symbols_per_block = 1'000);

}  // namespace flint::efi
