// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/pci_disks.h"

#include "drivers/ahci/ahci_probe.h"
#include "drivers/block/virtio_block_probe.h"
#include "drivers/nvme/nvme_probe.h"
#include "drivers/pci/registers.h"
#include "drivers/virtio/pci_device_type.h"
#include "drivers/virtio/transport.h"
#include "drivers/virtio_scsi/virtio_scsi_probe.h"

namespace flint::block {

void AddPciDisks(const virtio::PciAccess& access,
                 std::span<const pci::Function> functions,
                 const io::DriverResources& resources,
                 DiskList& disks) {
  for (const pci::Function& function : functions) {
    if (const auto type = virtio::DeviceTypeOf(access.config, function)) {
      if (*type == virtio::DeviceType::kBlock) {
        AddVirtioBlock(access, function, resources, disks);
      } else if (*type == virtio::DeviceType::kScsi) {
        virtio_scsi::AddVirtioScsi(access, function, resources, disks);
      }
      continue;
    }
    if (function.header_layout != pci::HeaderType::kDevice) continue;
    switch (pci::ClassAndRevision::WithInterface(
        access.config.Read<pci::ClassAndRevision>(function.address))) {
      case pci::ClassAndRevision::kAhci:
        ahci::AddAhci(access.config, function, access.mapper, resources, disks);
        break;
      case pci::ClassAndRevision::kNvme:
        nvme::AddNvme(access.config, function, access.mapper, resources, disks);
        break;
      default:
        break;
    }
  }
}

}  // namespace flint::block
