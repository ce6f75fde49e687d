// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "boot/settings/settings.h"
#include "drivers/fw_cfg/fw_cfg.h"
#include "loader/boot_plan/device_order.h"
#include "platforms/base/arena.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// Applies the settings among the VMM's files (`opt/flint/KEY`), and reads the
/// order of devices (`bootorder`), if there is one. A file that cannot be read
/// is a warning. `arena` holds the order, and its memory is reached by devices.
/// Fails as `FwCfg::ForEachFile`; some files may have been read then.
Status ReadVmmFiles(fw_cfg::FwCfg& files,
                    Arena& arena,
                    settings::Settings& settings,
                    boot_plan::DeviceOrder& order);

/// Applies the settings among the OEM strings of the VMM's SMBIOS, one a
/// string: `flint.key=value`. Other strings are others' business; so is a
/// machine without SMBIOS.
void ReadOemStrings(GuestMemory& memory, settings::Settings& settings);

}  // namespace flint::boot
