// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "efi/device_path/device_path.h"
#include "loader/boot_plan/device_order.h"

namespace flint::efi {

/// The place in the VM's boot order of the device that a path, of a disk or of
/// anything on it, starts with; nothing if it has none.
std::optional<uint32_t> IndexOf(const boot_plan::DeviceOrder& order,
                                const DevicePath& path);

}  // namespace flint::efi
