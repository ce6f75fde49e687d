// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "drivers/block/disk_list.h"
#include "drivers/io/driver_resources.h"
#include "drivers/pci/scan.h"
#include "drivers/virtio/connect_pci.h"

namespace flint::block {

/// Starts the disks of every kind that are reached by `functions`, in their
/// order, which is the bus order, and adds them to `disks`. One that does not
/// work does not stop the others.
void AddPciDisks(const virtio::PciAccess& access,
                 std::span<const pci::Function> functions,
                 const io::DriverResources& resources,
                 DiskList& disks);

}  // namespace flint::block
