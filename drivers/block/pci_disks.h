// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "drivers/block/disk_list.h"
#include "drivers/io/device_mapper.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "drivers/virtio/driver_resources.h"

namespace flint::block {

/// Starts the disks of every kind that are reached by `functions`, in their
/// order, which is the bus order, and adds them to `disks`. One that does not
/// work does not stop the others.
void AddPciDisks(pci::PciConfig& config,
                 std::span<const pci::Function> functions,
                 io::DeviceMapper& mapper,
                 const virtio::DriverResources& resources,
                 DiskList& disks);

}  // namespace flint::block
