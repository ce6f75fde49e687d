// SPDX-License-Identifier: Apache-2.0
#include "drivers/rng/virtio_random_probe.h"

#include "drivers/virtio/pci_device_type.h"
#include "drivers/virtio/transport.h"
#include "platforms/base/log.h"
#include "platforms/base/result.h"

namespace flint::rng {
namespace {

using virtio::DeviceType;
using virtio::DriverResources;

Status StartOnPci(const virtio::PciAccess& access,
                  const pci::Function& function,
                  const DriverResources& resources,
                  std::optional<VirtioRandom>& random) {
  virtio::Transport* const transport =
      TRY(virtio::ConnectPci(access, function, resources.arena));
  random.emplace(TRY(VirtioRandom::Start(*transport, resources)));
  return {};
}

Status StartOnMmio(virtio::MmioDevice& device,
                   const DriverResources& resources,
                   std::optional<VirtioRandom>& random) {
  random.emplace(TRY(VirtioRandom::Start(device.transport, resources)));
  return {};
}

}  // namespace

VirtioRandom* ProbeVirtioRandom(const VirtioRandomPlaces& places,
                                const DriverResources& resources,
                                std::optional<VirtioRandom>& random) {
  for (const pci::Function& function : places.functions) {
    const auto type = virtio::DeviceTypeOf(places.pci.config, function);
    if (type != DeviceType::kEntropy) continue;
    const Status started = StartOnPci(places.pci, function, resources, random);
    if (started) return &*random;
    log::Warning("virtio-rng at {}: {}",
                 pci::NameOf(function.address).view(),
                 started.error());
  }
  for (virtio::MmioDevice* const device : places.mmio_devices) {
    if (device->transport.device_type() != DeviceType::kEntropy) continue;
    const Status started = StartOnMmio(*device, resources, random);
    if (started) return &*random;
    log::Warning(
        "virtio-rng at mmio {:x}: {}", device->address, started.error());
  }
  return nullptr;
}

}  // namespace flint::rng
