// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "drivers/io/fake_device_mapper.h"
#include "drivers/io/fake_register_io.h"
#include "drivers/pci/fake_pci_config.h"
#include "drivers/pci/pci_config.h"
#include "drivers/virtio/fake_virtio_device.h"

namespace flint::virtio {

/// One structure capability of a `FakeVirtioPci`. [virtio-1.2 4.1.4]
struct FakeStructure {
  static constexpr uint8_t kCommon = 1;
  static constexpr uint8_t kNotify = 2;
  static constexpr uint8_t kIsr = 3;
  static constexpr uint8_t kDevice = 4;
  static constexpr uint8_t kPciAccess = 5;
  static constexpr uint8_t kSharedMemory = 8;

  uint8_t type;
  uint8_t bar = 4;
  uint32_t offset = 0;
  uint32_t length = 0x1000;
  /// Only in a notify capability.
  uint32_t notify_multiplier = 4;
  /// As the capability says; 0 for the right value.
  uint8_t capability_size = 0;
};

/// Puts a `FakeVirtioDevice` on PCI: a function with capabilities, and the
/// registers they speak of. Registers take only accesses of their own width.
class FakeVirtioPci {
 public:
  struct Options {
    pci::Address address{0, 0, 3, 0};
    uint16_t device_id = 0x1042;
    std::map<uint8_t, pci::FakeBar> bars = {{4,
                                             {.address = 0x40'0000'0000,
                                              .size_bytes = 0x4000,
                                              .is_64_bit = true,
                                              .prefetchable = true}}};
    /// In the order of their capabilities.
    std::vector<FakeStructure> structures = QemuStructures();
    /// What queue_notify_off says.
    uint16_t queue_notify_offset = 0;
  };

  static std::vector<FakeStructure> QemuStructures();
  static std::vector<FakeStructure> CloudHypervisorStructures();

  /// All must outlive the result.
  FakeVirtioPci(FakeVirtioDevice& device,
                pci::FakePciConfig& config,
                io::FakeDeviceMapper& mapper,
                const Options& options);
  FakeVirtioPci(const FakeVirtioPci&) = delete;
  FakeVirtioPci& operator=(const FakeVirtioPci&) = delete;

  pci::FakeFunction& function() { return function_; }
  io::FakeRegisterIo& common() { return common_; }

 private:
  void AddCapability(const FakeStructure& structure);
  void Place(const FakeStructure& structure,
             io::FakeDeviceMapper& mapper,
             const Options& options);
  void BuildCommon(const Options& options);
  void BuildQueueRegisters(uint16_t notify_offset);
  void BuildNotify();
  void BuildConfig();
  uint64_t Address64(uint64_t offset) const;

  FakeVirtioDevice& device_;
  pci::FakeFunction& function_;
  io::FakeRegisterIo common_{0x38};
  io::FakeRegisterIo notify_{0x1000};
  io::FakeRegisterIo config_{0x1000};
  uint64_t driver_features_ = 0;
};

}  // namespace flint::virtio
