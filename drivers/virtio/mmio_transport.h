// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/register_io.h"
#include "drivers/virtio/transport.h"
#include "platforms/base/result.h"

namespace flint::virtio {

/// A virtio device whose registers lie in memory, by the interface of version 2
/// or by the legacy one of version 1, which is QEMU's default. [virtio-1.2 4.2]
class MmioTransport final : public Transport {
 public:
  /// Registers that every device has; behind them is its configuration.
  static constexpr uint64_t kRegistersSizeBytes = 0x100;

  /// Recognises the device behind `registers`, which must outlive the result.
  /// Reads three registers and writes none: whatever is there is not disturbed.
  ///
  /// kNotFound if there is no device: a slot that is empty, or not virtio's;
  /// kUnsupported if it is of a version from the future; kCorrupt if the window
  /// is too short.
  static Result<MmioTransport> Create(io::RegisterIo& registers);

  DeviceType device_type() const override { return type_; }
  bool legacy() const override { return legacy_; }
  uint8_t ReadStatus() override;
  void WriteStatus(uint8_t status) override;
  uint64_t ReadDeviceFeatures() override;
  void WriteDriverFeatures(uint64_t features) override;
  Result<QueueOffer> OfferOf(uint16_t queue) override;
  Status EnableQueue(uint16_t queue, const QueueSetup& setup) override;
  void Notify(uint16_t queue) override;
  uint64_t config_size_bytes() const override;
  uint8_t ReadConfig8(uint32_t offset) override;
  uint16_t ReadConfig16(uint32_t offset) override;
  uint32_t ReadConfig32(uint32_t offset) override;
  uint32_t ReadConfigGeneration() override;

 private:
  MmioTransport(io::RegisterIo& registers, DeviceType type, bool legacy)
      : registers_(&registers), type_(type), legacy_(legacy) {}

  bool QueueInUse();

  io::RegisterIo* registers_;
  DeviceType type_;
  bool legacy_;
};

}  // namespace flint::virtio
