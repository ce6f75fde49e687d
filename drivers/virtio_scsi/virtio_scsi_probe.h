// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/block/attachment.h"
#include "drivers/block/disk_list.h"
#include "drivers/pci/scan.h"
#include "drivers/virtio/connect_pci.h"
#include "drivers/virtio/driver_resources.h"
#include "drivers/virtio/transport.h"

namespace flint::virtio_scsi {

/// Starts the virtio-scsi device behind `transport`, which must outlive its
/// disks, and adds its disks and CD-ROM drives to `disks`. One that cannot be
/// used is there with the reason, as is the device, if it cannot; a drive
/// without a medium is left out. `attachment` is the device's.
void StartVirtioScsi(virtio::Transport& transport,
                     const block::Attachment& attachment,
                     const virtio::DriverResources& resources,
                     block::DiskList& disks);

/// The same for the device that `function` is.
void AddVirtioScsi(const virtio::PciAccess& access,
                   const pci::Function& function,
                   const virtio::DriverResources& resources,
                   block::DiskList& disks);

}  // namespace flint::virtio_scsi
