// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/block/disk_list.h"
#include "drivers/io/device_mapper.h"
#include "drivers/io/driver_resources.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"

namespace flint::ahci {

/// Starts the disks and CD-ROM drives at the AHCI adapter that `function` is,
/// and adds them to `disks`, in the order of the ports. A port whose device
/// cannot be used is there with the reason, as is the adapter, if it cannot; a
/// drive without a medium is left out.
///
/// An adapter without any device is left alone: all q35 machines have one.
void AddAhci(pci::PciConfig& config,
             const pci::Function& function,
             io::DeviceMapper& mapper,
             const io::DriverResources& resources,
             block::DiskList& disks);

}  // namespace flint::ahci
