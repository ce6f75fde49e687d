// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "boot/info/boot_info.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// Fills `info`, which must be fresh, from the Linux zero page (`boot_params`)
/// at `address` and all that it points to: E820 table and its extensions,
/// command line, initrd (module 0), ACPI root pointer.
///
/// kCorrupt for a wrong header magic or a count beyond reason, kOutOfRange if a
/// structure lies outside `memory`; `info` is then incomplete. A command line
/// that cannot be read counts as empty. [linux-boot]
Status ReadZeroPage(GuestMemory& memory, uint64_t address, BootInfo& info);

}  // namespace flint::boot
