// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "drivers/block/virtio_block_device.h"
#include "drivers/io/device_mapper.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "drivers/virtio/pci_transport.h"
#include "platforms/base/format.h"
#include "platforms/base/result.h"

namespace flint::block {

/// A place for one virtio disk, found or failed. Stays where it is while the
/// disk is used.
struct VirtioBlockSlot {
  pci::Address address{};
  /// "virtio-blk at pci 0000:00:03.0": also the disk's name.
  FixedText<48> name;
  /// Why there is no `disk`.
  Status status;
  std::optional<virtio::PciTransport> transport;
  std::optional<VirtioBlockDevice> disk;
};

/// Starts all virtio disks among `functions`, in their order, which is the bus
/// order. One that cannot be started takes a slot too, which says why, and
/// does not stop the others. Returns the slots used; a disk that finds none
/// left is named in a warning. `storage` must be fresh.
std::span<VirtioBlockSlot> ProbeVirtioBlock(
    pci::PciConfig& config,
    std::span<const pci::Function> functions,
    io::DeviceMapper& mapper,
    const DriverResources& resources,
    std::span<VirtioBlockSlot> storage);

}  // namespace flint::block
