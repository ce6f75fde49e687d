// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/block/disk_list.h"
#include "drivers/block/virtio_block_device.h"
#include "drivers/io/device_mapper.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "drivers/virtio/transport.h"

namespace flint::block {

/// Starts the virtio disk behind `transport`, which must outlive it, as `disk`;
/// or says there why it does not work.
void StartVirtioBlock(virtio::Transport& transport,
                      const DriverResources& resources,
                      Disk& disk);

/// Starts the virtio disk that `function` is, and adds it to `disks`.
void AddVirtioBlock(pci::PciConfig& config,
                    const pci::Function& function,
                    io::DeviceMapper& mapper,
                    const DriverResources& resources,
                    DiskList& disks);

}  // namespace flint::block
