// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/virtio_block_probe.h"

#include <optional>
#include <string_view>

#include "drivers/virtio/pci_transport.h"
#include "platforms/base/result.h"

namespace flint::block {
namespace {

constexpr std::string_view kKind = "virtio-blk";

Result<BlockDevice*> Start(virtio::Transport& transport,
                           const DriverResources& resources,
                           std::string_view name) {
  // First its memory: nothing may fail once the device runs.
  auto& disk = *TRY(resources.arena.Create<std::optional<VirtioBlockDevice>>());
  disk.emplace(TRY(VirtioBlockDevice::Start(transport, resources)), name);
  return &*disk;
}

Result<virtio::Transport*> Reach(pci::PciConfig& config,
                                 const pci::Function& function,
                                 io::DeviceMapper& mapper,
                                 Arena& arena) {
  const auto transport =
      TRY(virtio::PciTransport::Create(config, function, mapper));
  return TRY(arena.Create<virtio::PciTransport>(transport));
}

}  // namespace

void StartVirtioBlock(virtio::Transport& transport,
                      const DriverResources& resources,
                      Disk& disk) {
  const Result<BlockDevice*> started =
      Start(transport, resources, disk.name.view());
  if (started) {
    disk.device = *started;
  } else {
    disk.status = std::unexpected(started.error());
  }
}

void AddVirtioBlock(pci::PciConfig& config,
                    const pci::Function& function,
                    io::DeviceMapper& mapper,
                    const DriverResources& resources,
                    DiskList& disks) {
  Disk* const disk = disks.Add(kKind, Attachment::OnPci(function.address));
  if (disk == nullptr) return;
  const auto transport = Reach(config, function, mapper, resources.arena);
  if (transport) {
    StartVirtioBlock(**transport, resources, *disk);
  } else {
    disk->status = std::unexpected(transport.error());
  }
}

}  // namespace flint::block
