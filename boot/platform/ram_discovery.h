// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "boot/info/boot_info.h"
#include "drivers/fw_cfg/fw_cfg.h"
#include "drivers/io/register_io.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::platform {

/// Fills `info`, which must be fresh, for the reset vector's door, where nobody
/// hands over a memory map: from QEMU's list of RAM (`etc/e820`) if there are
/// `files` and it is among them, else from the sizes that a PC has kept in its
/// CMOS since 1984. `files` may be null; `ports` are the I/O ports, `memory` is
/// that in which we run.
///
/// kCorrupt if the list is impossible, kNotFound if the CMOS knows no memory
/// either, or as `fw_cfg::FwCfg`. `info` is then incomplete.
Status DiscoverRam(fw_cfg::FwCfg* files,
                   io::RegisterIo& ports,
                   GuestMemory& memory,
                   boot::BootInfo& info);

}  // namespace flint::platform
