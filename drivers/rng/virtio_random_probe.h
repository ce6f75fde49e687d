// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "drivers/pci/scan.h"
#include "drivers/rng/virtio_random.h"
#include "drivers/virtio/connect_pci.h"
#include "drivers/virtio/driver_resources.h"
#include "drivers/virtio/mmio_devices.h"

namespace flint::rng {

/// Where an entropy device may be.
struct VirtioRandomPlaces {
  virtio::PciAccess pci;
  std::span<const pci::Function> functions;
  std::span<virtio::MmioDevice* const> mmio_devices;
};

/// Starts the first virtio entropy device that can be started, in `random`,
/// which must be empty and stay where it is while the source is used. One that
/// cannot is named in a warning. Returns null if there is none.
VirtioRandom* ProbeVirtioRandom(const VirtioRandomPlaces& places,
                                const virtio::DriverResources& resources,
                                std::optional<VirtioRandom>& random);

}  // namespace flint::rng
