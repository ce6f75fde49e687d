// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "drivers/block/disk_list.h"
#include "drivers/virtio/driver_resources.h"
#include "drivers/virtio/mmio_devices.h"

namespace flint::block {

/// Starts the disks among `devices`, in their order, and adds them to `disks`.
/// One that does not work does not stop the others.
void AddMmioDisks(std::span<virtio::MmioDevice* const> devices,
                  const virtio::DriverResources& resources,
                  DiskList& disks);

}  // namespace flint::block
