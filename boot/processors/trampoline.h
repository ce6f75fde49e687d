// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "platforms/base/bytes.h"

extern "C" const std::byte flint_trampoline_start[];
extern "C" const std::byte flint_trampoline_end[];

namespace flint::processors {

/// The code that other processors start with; position-independent within a
/// page.
inline Bytes Trampoline() {
  return {flint_trampoline_start, flint_trampoline_end};
}

}  // namespace flint::processors
