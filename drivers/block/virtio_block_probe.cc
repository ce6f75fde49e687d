// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/virtio_block_probe.h"

#include <optional>
#include <string_view>

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

void AddVirtioBlock(const virtio::PciAccess& access,
                    const pci::Function& function,
                    const DriverResources& resources,
                    DiskList& disks) {
  Disk* const disk = disks.Add(kKind, Attachment::OnPci(function.address));
  if (disk == nullptr) return;
  const Result<virtio::Transport*> transport =
      virtio::ConnectPci(access, function, resources.arena);
  if (transport) {
    StartVirtioBlock(**transport, resources, *disk);
  } else {
    disk->status = std::unexpected(transport.error());
  }
}

void AddVirtioBlock(virtio::MmioDevice& device,
                    const DriverResources& resources,
                    DiskList& disks) {
  Disk* const disk = disks.Add(kKind, Attachment::OnVirtioMmio(device.address));
  if (disk != nullptr) StartVirtioBlock(device.transport, resources, *disk);
}

}  // namespace flint::block
