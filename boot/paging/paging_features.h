// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "boot/paging/page_tables.h"
#include "drivers/io/cpu.h"

namespace flint::paging {

/// Asks the processor. A width of physical addresses that it does not tell, or
/// that cannot be true, is taken for 36 bits, which all have.
PagingFeatures ReadPagingFeatures(io::Cpu& cpu);

}  // namespace flint::paging
