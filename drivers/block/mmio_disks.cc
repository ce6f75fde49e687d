// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/mmio_disks.h"

#include "drivers/block/virtio_block_probe.h"
#include "drivers/virtio/transport.h"

namespace flint::block {

void AddMmioDisks(std::span<virtio::MmioDevice* const> devices,
                  const virtio::DriverResources& resources,
                  DiskList& disks) {
  for (virtio::MmioDevice* const device : devices) {
    if (device->transport.device_type() == virtio::DeviceType::kBlock) {
      AddVirtioBlock(*device, resources, disks);
    }
  }
}

}  // namespace flint::block
