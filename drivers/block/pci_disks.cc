// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/pci_disks.h"

#include "drivers/block/virtio_block_probe.h"
#include "drivers/virtio/pci_device_type.h"
#include "drivers/virtio/transport.h"

namespace flint::block {

void AddPciDisks(const virtio::PciAccess& access,
                 std::span<const pci::Function> functions,
                 const virtio::DriverResources& resources,
                 DiskList& disks) {
  for (const pci::Function& function : functions) {
    if (virtio::DeviceTypeOf(access.config, function) ==
        virtio::DeviceType::kBlock) {
      AddVirtioBlock(access, function, resources, disks);
    }
  }
}

}  // namespace flint::block
