// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/virtio_block_probe.h"

#include <cstddef>

#include "drivers/virtio/pci_device_type.h"
#include "drivers/virtio/transport.h"
#include "platforms/base/log.h"

namespace flint::block {
namespace {

Status StartDisk(pci::PciConfig& config,
                 const pci::Function& function,
                 io::DeviceMapper& mapper,
                 const DriverResources& resources,
                 VirtioBlockSlot& slot) {
  slot.transport = TRY(virtio::PciTransport::Create(config, function, mapper));
  slot.disk.emplace(TRY(VirtioBlockDevice::Start(*slot.transport, resources)),
                    slot.name.view());
  return {};
}

}  // namespace

std::span<VirtioBlockSlot> ProbeVirtioBlock(
    pci::PciConfig& config,
    std::span<const pci::Function> functions,
    io::DeviceMapper& mapper,
    const DriverResources& resources,
    std::span<VirtioBlockSlot> storage) {
  size_t used = 0;
  for (const pci::Function& function : functions) {
    if (virtio::DeviceTypeOf(config, function) != virtio::DeviceType::kBlock) {
      continue;
    }
    const auto address = pci::NameOf(function.address);
    if (used == storage.size()) {
      log::Warning("too many disks: virtio-blk at {} is left out",
                   address.view());
      continue;
    }
    VirtioBlockSlot& slot = storage[used++];
    slot.address = function.address;
    slot.name.AppendFormat("virtio-blk at {}", address.view());
    slot.status = StartDisk(config, function, mapper, resources, slot);
  }
  return storage.first(used);
}

}  // namespace flint::block
