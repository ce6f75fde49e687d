// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "boot/info/boot_info.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// Fills `info`, which must be fresh, from the PVH start_info at `address` and
/// all that it points to. Versions above 1 are read as version 1.
///
/// kUnsupported for version 0, which has no memory map; kCorrupt for a wrong
/// magic or a count beyond reason; kOutOfRange if a structure lies outside
/// `memory`; `info` is then incomplete. A command line that cannot be read
/// counts as empty, a module with an impossible address and a list of them that
/// is nowhere as dropped: none is worth the boot. [pvh]
Status ReadStartInfo(GuestMemory& memory, uint64_t address, BootInfo& info);

}  // namespace flint::boot
