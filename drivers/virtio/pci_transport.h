// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "drivers/io/device_mapper.h"
#include "drivers/io/register_io.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "drivers/virtio/transport.h"
#include "platforms/base/result.h"

namespace flint::virtio {

/// A virtio device on PCI, modern or transitional, by its modern interface.
/// [virtio-1.2 4.1]
class PciTransport final : public Transport {
 public:
  /// Most queues a driver may enable.
  static constexpr uint16_t kQueueCountMax = 4;

  /// Finds the device's structures by its capabilities, in whatever order and
  /// BARs they are, enables the function, and maps what is needed of them.
  ///
  /// kNotFound if the function is not virtio; kUnsupported if it has only the
  /// legacy interface, or a needed BAR has no address; kCorrupt if a needed
  /// structure is too short or leaves the address space; the mapper's errors.
  /// `mapper` must outlive the result.
  static Result<PciTransport> Create(pci::PciConfig& config,
                                     const pci::Function& function,
                                     io::DeviceMapper& mapper);

  DeviceType device_type() const override { return type_; }
  bool legacy() const override { return false; }
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
  /// Where in the address space a structure is, as its capability says.
  struct Structure {
    uint64_t address;
    uint32_t size_bytes;
  };
  struct Structures;
  class CapabilityReader;

  PciTransport(DeviceType type,
               io::DeviceMapper& mapper,
               io::RegisterIo& common,
               io::RegisterIo* config,
               const Structure& notify,
               uint32_t notify_multiplier)
      : type_(type),
        mapper_(&mapper),
        common_(&common),
        config_(config),
        notify_(notify),
        notify_multiplier_(notify_multiplier) {}

  DeviceType type_;
  io::DeviceMapper* mapper_;
  io::RegisterIo* common_;
  /// Null if the device has no configuration of its own.
  io::RegisterIo* config_;
  Structure notify_;
  uint32_t notify_multiplier_;
  /// Where each queue is notified; null if it is not enabled.
  std::array<io::RegisterIo*, kQueueCountMax> doorbells_{};
};

}  // namespace flint::virtio
