// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/mmio_disks.h"

#include "drivers/block/virtio_block_probe.h"
#include "drivers/virtio/transport.h"
#include "drivers/virtio_scsi/virtio_scsi_probe.h"

namespace flint::block {

void AddMmioDisks(std::span<virtio::MmioDevice* const> devices,
                  const virtio::DriverResources& resources,
                  DiskList& disks) {
  for (virtio::MmioDevice* const device : devices) {
    const virtio::DeviceType type = device->transport.device_type();
    if (type == virtio::DeviceType::kBlock) {
      AddVirtioBlock(*device, resources, disks);
    } else if (type == virtio::DeviceType::kScsi) {
      virtio_scsi::StartVirtioScsi(device->transport,
                                   Attachment::OnVirtioMmio(device->address),
                                   resources,
                                   disks);
    }
  }
}

}  // namespace flint::block
