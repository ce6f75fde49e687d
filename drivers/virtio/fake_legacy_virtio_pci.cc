// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/fake_legacy_virtio_pci.h"

#include <array>

#include "drivers/pci/capability.h"
#include "drivers/pci/registers.h"
#include "drivers/virtio/fake_legacy_layout.h"

namespace flint::virtio {
namespace {

// Offsets of registers. [virtio-1.2 4.1.4.10]
constexpr uint64_t kDeviceFeatures = 0;
constexpr uint64_t kDriverFeatures = 4;
constexpr uint64_t kQueuePageNumber = 8;
constexpr uint64_t kQueueSize = 12;
constexpr uint64_t kQueueSelect = 14;
constexpr uint64_t kQueueNotify = 16;
constexpr uint64_t kStatus = 18;
constexpr uint64_t kConfig = 20;
constexpr uint64_t kConfigWithMsiX = 24;

constexpr uint16_t kVendorId = 0x1AF4;

}  // namespace

FakeLegacyVirtioPci::FakeLegacyVirtioPci(FakeVirtioDevice& device,
                                         pci::FakePciConfig& config,
                                         io::FakeRegisterIo& ports,
                                         const Options& options)
    : device_(device),
      function_(
          config.AddFunction(options.address, kVendorId, options.device_id)),
      ports_(ports),
      base_(options.bar.address) {
  BuildFunction(options);
  BuildFeaturesAndStatus();
  BuildQueues();
  BuildConfig(options.msi_x_is_on ? kConfigWithMsiX : kConfig);
}

void FakeLegacyVirtioPci::BuildFunction(const Options& options) {
  function_.Set16(pci::Subsystem::kOffset + 2,
                  static_cast<uint16_t>(device_.options().type));
  function_.SetBar(0, options.bar);
  if (!options.has_msi_x) return;
  const uint8_t control = options.msi_x_is_on ? 0x80 : 0x00;
  function_.AddCapability(
      pci::Capability::kMsiX,
      std::array<uint8_t, 10>{1, control, 1, 0, 0, 0, 1, 8, 0, 0});
}

void FakeLegacyVirtioPci::BuildFeaturesAndStatus() {
  ports_.AddRegister(base_ + kDeviceFeatures, 32);
  ports_.OnRead(base_ + kDeviceFeatures, [this] {
    return static_cast<uint32_t>(device_.OfferedFeatures());
  });
  ports_.AddRegister(base_ + kDriverFeatures, 32);
  ports_.OnWrite(base_ + kDriverFeatures, [this](uint32_t value) {
    device_.WriteDriverFeatures(value);
  });
  ports_.AddRegister(base_ + kStatus, 8);
  ports_.OnRead(base_ + kStatus, [this] { return device_.ReadStatus(); });
  ports_.OnWrite(base_ + kStatus, [this](uint32_t value) {
    device_.WriteStatus(static_cast<uint8_t>(value));
    if (value == 0) ports_.set_value(base_ + kQueuePageNumber, 0);
  });
}

void FakeLegacyVirtioPci::BuildQueues() {
  ports_.AddRegister(base_ + kQueueSelect, 16, 0xFFFF);
  ports_.AddRegister(base_ + kQueueSize, 16);
  ports_.OnWrite(base_ + kQueueSelect, [this](uint32_t value) {
    ports_.set_value(base_ + kQueueSize,
                     device_.QueueSizeMax(static_cast<uint16_t>(value)));
  });
  ports_.AddRegister(base_ + kQueuePageNumber, 32);
  ports_.OnWrite(base_ + kQueuePageNumber, [this](uint32_t page_number) {
    device_.EnableQueue(
        static_cast<uint16_t>(ports_.value(base_ + kQueueSelect)),
        FakeLegacyLayout(
            page_number,
            static_cast<uint16_t>(ports_.value(base_ + kQueueSize))));
  });
  ports_.AddRegister(base_ + kQueueNotify, 16);
  ports_.OnWrite(base_ + kQueueNotify, [this](uint32_t value) {
    device_.Notify(static_cast<uint16_t>(value));
  });
}

void FakeLegacyVirtioPci::BuildConfig(uint64_t offset) {
  for (uint64_t i = 0; i + 4 <= device_.config().size(); i += 4) {
    ports_.AddRegister(base_ + offset + i, 32);
    ports_.OnRead(base_ + offset + i,
                  [this, i] { return device_.ReadConfig(i, 4); });
  }
}

}  // namespace flint::virtio
