// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/connect_pci.h"

#include "drivers/virtio/legacy_pci_transport.h"
#include "drivers/virtio/pci_device_type.h"
#include "drivers/virtio/pci_transport.h"

namespace flint::virtio {

Result<Transport*> ConnectPci(const PciAccess& access,
                              const pci::Function& function,
                              Arena& arena) {
  const Result<PciTransport> modern =
      PciTransport::Create(access.config, function, access.mapper);
  if (modern) return TRY(arena.Create<PciTransport>(*modern));
  if (!IsTransitional(function)) return std::unexpected(modern.error());
  const auto legacy =
      TRY(LegacyPciTransport::Create(access.config, function, access.ports));
  return TRY(arena.Create<LegacyPciTransport>(legacy));
}

}  // namespace flint::virtio
