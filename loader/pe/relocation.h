// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "loader/pe/pe_format.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::pe {

/// From where to where an image moves.
struct Move {
  uint64_t from;
  uint64_t to;
};

/// Applies the base relocations that `table`, a directory of the loaded
/// `image`, lists.
///
/// An all-zero block ends the table early, as some linkers pad it so.
/// kCorrupt: the table or a place it names lies outside the image.
/// kUnsupported: a type other than ABSOLUTE, HIGH, LOW, HIGHLOW and DIR64, or
/// a HIGHLOW in an image that moves beyond 4 GiB.
Status ApplyRelocations(MutableBytes image, DataDirectory table, Move move);

}  // namespace flint::pe
