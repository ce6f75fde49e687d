// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "boot/settings/settings.h"
#include "drivers/fw_cfg/fw_cfg.h"
#include "loader/boot_plan/device_order.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// What the VMM passes as files, besides settings. In an arena.
struct VmmFiles {
  /// Of the devices to boot from (`bootorder`); empty if nothing is said.
  boot_plan::DeviceOrder device_order;
  /// QEMU's microvm describes itself so (`etc/fdt`). Empty if there is none, or
  /// it is not wanted: it has a mebibyte.
  Bytes device_tree;
};

/// Applies the settings among the VMM's files (`opt/flint/KEY`), and reads the
/// others that matter. A file that cannot be read is a warning. `arena` holds
/// them, and its memory is reached by devices. Fails as `FwCfg::ForEachFile`;
/// some files may have been read then.
Status ReadVmmFiles(fw_cfg::FwCfg& device,
                    Arena& arena,
                    bool wants_device_tree,
                    settings::Settings& settings,
                    VmmFiles& files);

/// Applies the settings among the OEM strings of the VMM's SMBIOS, one a
/// string: `flint.key=value`. Other strings are others' business; so is a
/// machine without SMBIOS.
void ReadOemStrings(GuestMemory& memory, settings::Settings& settings);

}  // namespace flint::boot
