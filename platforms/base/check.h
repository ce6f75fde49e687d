// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/base/panic.h"

/// Panics unless `condition` holds: for mistakes of our own, never for bytes
/// that came from disk, device or VMM. `message`, a string literal, says what
/// is wrong: `FLINT_CHECK(index < size, "list index out of range");`
#define FLINT_CHECK(condition, message)             \
  do {                                              \
    if (!(condition)) [[unlikely]] {                \
      ::flint::Panic(__FILE__ ":" FLINT_CHECK_TEXT( \
          __LINE__) ": check "                      \
                    "failed: " message);            \
    }                                               \
  } while (false)

#define FLINT_CHECK_TEXT(value) FLINT_CHECK_TEXT_INNER(value)
#define FLINT_CHECK_TEXT_INNER(value) #value
