// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/register_io.h"

namespace flint::io {

/// One register somewhere: what firmware tables point at.
struct RegisterAddress {
  RegisterIo* io;
  uint64_t offset;
};

}  // namespace flint::io
