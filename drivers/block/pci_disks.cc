// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/pci_disks.h"

#include "drivers/block/virtio_block_probe.h"
#include "drivers/virtio/pci_device_type.h"
#include "drivers/virtio/transport.h"

namespace flint::block {

void AddPciDisks(pci::PciConfig& config,
                 std::span<const pci::Function> functions,
                 io::DeviceMapper& mapper,
                 const virtio::DriverResources& resources,
                 DiskList& disks) {
  for (const pci::Function& function : functions) {
    if (virtio::DeviceTypeOf(config, function) == virtio::DeviceType::kBlock) {
      AddVirtioBlock(config, function, mapper, resources, disks);
    }
  }
}

}  // namespace flint::block
