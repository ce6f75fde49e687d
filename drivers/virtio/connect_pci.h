// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/io/device_mapper.h"
#include "drivers/io/register_io.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "drivers/virtio/transport.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::virtio {

/// What it takes to reach devices on PCI. All must outlive the transports.
struct PciAccess {
  pci::PciConfig& config;
  io::DeviceMapper& mapper;
  /// The I/O ports.
  io::RegisterIo& ports;
};

/// Reaches the virtio device that a function is: by its modern interface if
/// that works, else by the legacy one. The transport is in `arena`.
///
/// kNoMemory, or the errors of `PciTransport::Create`; of
/// `LegacyPciTransport::Create` if the device may have that interface.
Result<Transport*> ConnectPci(const PciAccess& access,
                              const pci::Function& function,
                              Arena& arena);

}  // namespace flint::virtio
