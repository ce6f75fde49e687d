// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "drivers/virtio/transport.h"

namespace flint::virtio {

/// What kind of virtio device a function is, by its ids; none if it is not
/// virtio. [virtio-1.2 4.1.2] One access for a transitional id, else none.
std::optional<DeviceType> DeviceTypeOf(pci::PciConfig& config,
                                       const pci::Function& function);

/// True if the function's id is one of those that also have, or only have, the
/// interface from before version 1.
bool IsTransitional(const pci::Function& function);

}  // namespace flint::virtio
