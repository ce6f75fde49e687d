// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "drivers/io/device_mapper.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "drivers/rng/virtio_random.h"
#include "drivers/virtio/driver_resources.h"
#include "drivers/virtio/pci_transport.h"

namespace flint::rng {

/// A place for a virtio entropy device. Stays where it is while the source is
/// used.
struct VirtioRandomSlot {
  std::optional<virtio::PciTransport> transport;
  std::optional<VirtioRandom> random;
};

/// Starts the first virtio entropy device among `functions` that can be
/// started, in `slot`, which must be fresh. One that cannot is named in a
/// warning. Returns null if there is none.
VirtioRandom* ProbeVirtioRandom(pci::PciConfig& config,
                                std::span<const pci::Function> functions,
                                io::DeviceMapper& mapper,
                                const virtio::DriverResources& resources,
                                VirtioRandomSlot& slot);

}  // namespace flint::rng
