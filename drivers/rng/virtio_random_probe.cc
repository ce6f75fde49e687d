// SPDX-License-Identifier: Apache-2.0
#include "drivers/rng/virtio_random_probe.h"

#include "drivers/virtio/pci_device_type.h"
#include "drivers/virtio/transport.h"
#include "platforms/base/log.h"
#include "platforms/base/result.h"

namespace flint::rng {
namespace {

Status StartIn(VirtioRandomSlot& slot,
               pci::PciConfig& config,
               const pci::Function& function,
               io::DeviceMapper& mapper,
               const virtio::DriverResources& resources) {
  slot.transport = TRY(virtio::PciTransport::Create(config, function, mapper));
  slot.random.emplace(TRY(VirtioRandom::Start(*slot.transport, resources)));
  return {};
}

}  // namespace

VirtioRandom* ProbeVirtioRandom(pci::PciConfig& config,
                                std::span<const pci::Function> functions,
                                io::DeviceMapper& mapper,
                                const virtio::DriverResources& resources,
                                VirtioRandomSlot& slot) {
  for (const pci::Function& function : functions) {
    if (virtio::DeviceTypeOf(config, function) !=
        virtio::DeviceType::kEntropy) {
      continue;
    }
    const Status started = StartIn(slot, config, function, mapper, resources);
    if (started) return &*slot.random;
    log::Warning("virtio-rng at {}: {}",
                 pci::NameOf(function.address).view(),
                 started.error());
  }
  return nullptr;
}

}  // namespace flint::rng
