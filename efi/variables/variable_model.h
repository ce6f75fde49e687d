// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace flint::efi {

/// Runs the operations that `program` spells on a small store, and on a list
/// that says what must come out. Aborts, telling what, where they differ.
void CompareWithModel(std::span<const uint8_t> program);

}  // namespace flint::efi
