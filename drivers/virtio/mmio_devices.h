// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "drivers/io/device_mapper.h"
#include "drivers/virtio/mmio_transport.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::virtio {

/// A virtio-mmio device, and where it is.
struct MmioDevice {
  uint64_t address;
  MmioTransport transport;
};

/// The virtio-mmio devices of the machine. Nothing can be asked what is where:
/// others say so - ACPI, a device tree, the VMM's command line - and say it
/// twice.
class MmioDevices final {
 public:
  /// As many places are looked at: QEMU's microvm has 24, Firecracker up to 90.
  static constexpr size_t kMaxPlaces = 128;

  /// Both must outlive this; the devices are in `arena`.
  MmioDevices(io::DeviceMapper& mapper, Arena& arena)
      : mapper_(mapper), arena_(arena) {}
  MmioDevices(const MmioDevices&) = delete;
  MmioDevices& operator=(const MmioDevices&) = delete;

  /// Looks at a place where somebody says that a device has its registers, and
  /// keeps the device if there is one. Unless the place has been looked at
  /// before, or is impossible: input may say anything. A device that is there
  /// but cannot be used is named in a warning. Touches it as
  /// `MmioTransport::Create` does.
  void LookAt(uint64_t address, uint64_t size_bytes);

  /// In the order in which they were named, which is that of the VMM's disks.
  std::span<MmioDevice* const> devices() const {
    return std::span(devices_).first(device_count_);
  }

 private:
  bool Remember(uint64_t address);
  Result<MmioDevice*> Connect(uint64_t address, uint64_t size_bytes);

  io::DeviceMapper& mapper_;
  Arena& arena_;
  /// Where there was something to look at, or not.
  std::array<uint64_t, kMaxPlaces> places_{};
  size_t place_count_ = 0;
  std::array<MmioDevice*, kMaxPlaces> devices_{};
  size_t device_count_ = 0;
};

}  // namespace flint::virtio
