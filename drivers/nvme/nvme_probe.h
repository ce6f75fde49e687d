// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/block/disk_list.h"
#include "drivers/io/device_mapper.h"
#include "drivers/io/driver_resources.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"

namespace flint::nvme {

/// Starts the NVMe controller that `function` is, and adds its namespaces to
/// `disks`. One that cannot be used is there with the reason, as is the
/// controller, if it cannot.
void AddNvme(pci::PciConfig& config,
             const pci::Function& function,
             io::DeviceMapper& mapper,
             const io::DriverResources& resources,
             block::DiskList& disks);

}  // namespace flint::nvme
