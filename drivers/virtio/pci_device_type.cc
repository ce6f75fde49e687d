// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/pci_device_type.h"

#include <cstdint>

#include "drivers/pci/registers.h"

namespace flint::virtio {
namespace {

constexpr uint16_t kVendorId = 0x1AF4;
constexpr uint16_t kFirstTransitionalId = 0x1000;
constexpr uint16_t kLastTransitionalId = 0x103F;
constexpr uint16_t kFirstModernId = 0x1040;
constexpr uint16_t kLastModernId = 0x107F;

}  // namespace

bool IsTransitional(const pci::Function& function) {
  return function.vendor_id == kVendorId &&
         function.device_id >= kFirstTransitionalId &&
         function.device_id <= kLastTransitionalId;
}

std::optional<DeviceType> DeviceTypeOf(pci::PciConfig& config,
                                       const pci::Function& function) {
  if (IsTransitional(function)) {
    return static_cast<DeviceType>(
        pci::Subsystem::Id(config.Read<pci::Subsystem>(function.address)));
  }
  const uint16_t id = function.device_id;
  if (function.vendor_id != kVendorId || id < kFirstModernId ||
      id > kLastModernId) {
    return std::nullopt;
  }
  return static_cast<DeviceType>(id - kFirstModernId);
}

}  // namespace flint::virtio
