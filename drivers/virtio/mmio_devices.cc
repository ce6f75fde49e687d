// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/mmio_devices.h"

#include <algorithm>

#include "platforms/base/checked.h"
#include "platforms/base/log.h"

namespace flint::virtio {
namespace {

/// What is mapped of a device: QEMU gives each this much.
constexpr uint64_t kWindowBytes = 0x200;

constexpr uint64_t kAlignmentBytes = 4;

}  // namespace

void MmioDevices::LookAt(uint64_t address, uint64_t size_bytes) {
  if (!IsAligned(address, kAlignmentBytes) ||
      size_bytes < MmioTransport::kRegistersSizeBytes) {
    log::Debug("no virtio-mmio device can be at {:x}", address);
    return;
  }
  if (!Remember(address)) return;
  const Result<MmioDevice*> device = Connect(address, size_bytes);
  if (device) {
    devices_[device_count_++] = *device;
  } else if (device.error().code() != ErrorCode::kNotFound) {
    log::Warning("virtio-mmio at {:x}: {}", address, device.error());
  }
}

bool MmioDevices::Remember(uint64_t address) {
  const auto known = std::span(places_).first(place_count_);
  if (std::ranges::find(known, address) != known.end()) return false;
  if (place_count_ == places_.size()) {
    log::Warning("too many virtio-mmio devices: {:x} is left out", address);
    return false;
  }
  places_[place_count_++] = address;
  return true;
}

Result<MmioDevice*> MmioDevices::Connect(uint64_t address,
                                         uint64_t size_bytes) {
  io::RegisterIo* const registers =
      TRY(mapper_.Map(address, std::min(size_bytes, kWindowBytes)));
  const MmioTransport transport = TRY(MmioTransport::Create(*registers));
  return arena_.Create<MmioDevice>(address, transport);
}

}  // namespace flint::virtio
