// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/base/endian.h"

/// What is behind the code of trampoline.S.
namespace flint::processors {

struct TrampolineHeader {
  /// How many processors are done.
  Le16 ready_count;
  Le16 msr_count;
};
static_assert(sizeof(TrampolineHeader) == 4);

struct TrampolineMsr {
  Le32 index;
  Le64 value;
};
static_assert(sizeof(TrampolineMsr) == 12);

}  // namespace flint::processors
