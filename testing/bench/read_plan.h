// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/base/endian.h"

namespace flint::bench {

/// What the bare loop has to do, as `make_read_plan` writes it and a VMM passes
/// it as a module: this, and then the reads.
struct ReadPlan {
  Le64 kernel_entry;
  Le64 read_count;
};
static_assert(sizeof(ReadPlan) == 16);

/// One request.
struct PlannedRead {
  Le64 sector;
  Le64 address;
  Le32 size_bytes;
  Le32 reserved;
};
static_assert(sizeof(PlannedRead) == 24);

inline constexpr uint64_t kSectorBytes = 512;

/// The loop has them all in flight at once, in a queue of 256 descriptors.
inline constexpr uint64_t kMostReads = 85;

}  // namespace flint::bench
