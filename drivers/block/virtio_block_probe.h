// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/block/disk_list.h"
#include "drivers/block/virtio_block_device.h"
#include "drivers/pci/scan.h"
#include "drivers/virtio/connect_pci.h"
#include "drivers/virtio/mmio_devices.h"
#include "drivers/virtio/transport.h"

namespace flint::block {

/// Starts the virtio disk behind `transport`, which must outlive it, as `disk`;
/// or says there why it does not work.
void StartVirtioBlock(virtio::Transport& transport,
                      const DriverResources& resources,
                      Disk& disk);

/// Starts the virtio disk that `function` is, and adds it to `disks`.
void AddVirtioBlock(const virtio::PciAccess& access,
                    const pci::Function& function,
                    const DriverResources& resources,
                    DiskList& disks);

/// Starts the virtio disk that `device` is, and adds it to `disks`.
void AddVirtioBlock(virtio::MmioDevice& device,
                    const DriverResources& resources,
                    DiskList& disks);

}  // namespace flint::block
