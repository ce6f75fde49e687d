// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/register_io.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "drivers/virtio/transport.h"
#include "platforms/base/result.h"

namespace flint::virtio {

/// A virtio device on PCI by its legacy interface: registers in I/O ports. For
/// devices that have no other; `PciTransport` is for the rest.
/// [virtio-1.2 4.1.4.10]
class LegacyPciTransport final : public Transport {
 public:
  /// Finds the device's registers among `ports`, and enables the function.
  /// `ports` must outlive the result.
  ///
  /// kNotFound if the function is not a legacy or transitional virtio device;
  /// kUnsupported if its registers are not in I/O ports, or nobody assigned
  /// any; kCorrupt if they leave the ports.
  static Result<LegacyPciTransport> Create(pci::PciConfig& config,
                                           const pci::Function& function,
                                           io::RegisterIo& ports);

  DeviceType device_type() const override { return type_; }
  bool legacy() const override { return true; }
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
  uint32_t ReadConfigGeneration() override { return 0; }

 private:
  LegacyPciTransport(DeviceType type,
                     io::RegisterIo& ports,
                     uint16_t first_port,
                     uint16_t config_port)
      : type_(type),
        ports_(&ports),
        first_port_(first_port),
        config_port_(config_port) {}

  template <typename R>
  typename R::Value Read();
  template <typename R>
  void Write(typename R::Value value);

  DeviceType type_;
  io::RegisterIo* ports_;
  uint16_t first_port_;
  uint16_t config_port_;
};

}  // namespace flint::virtio
