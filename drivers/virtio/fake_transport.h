// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "drivers/virtio/fake_virtio_device.h"
#include "drivers/virtio/transport.h"
#include "platforms/base/result.h"

namespace flint::virtio {

/// The shortest way to a `FakeVirtioDevice`: no bus at all.
class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(FakeVirtioDevice& device) : device_(device) {}

  /// What legacy devices say of their queues.
  void set_last_queue_address(uint64_t address) {
    last_queue_address_ = address;
  }
  /// Offers these instead, when asked for the second time.
  void ChangeFeatures(uint64_t later) { later_features_ = later; }
  void FailEnabling() { fail_enabling_ = true; }

  DeviceType device_type() const override { return device_.options().type; }
  bool legacy() const override { return device_.options().legacy; }
  uint8_t ReadStatus() override { return device_.ReadStatus(); }
  void WriteStatus(uint8_t status) override { device_.WriteStatus(status); }
  uint64_t ReadDeviceFeatures() override {
    return std::exchange(features_, later_features_)
        .value_or(device_.OfferedFeatures());
  }
  void WriteDriverFeatures(uint64_t features) override {
    device_.WriteDriverFeatures(features);
  }

  Result<QueueOffer> OfferOf(uint16_t queue) override {
    const uint16_t size_max = device_.QueueSizeMax(queue);
    if (size_max == 0) return Fail(ErrorCode::kNotFound, "no such queue");
    return QueueOffer{.size_max = size_max,
                      .size_fixed = legacy(),
                      .last_address = last_queue_address_};
  }

  Status EnableQueue(uint16_t queue, const QueueSetup& setup) override {
    if (fail_enabling_) {
      return Fail(ErrorCode::kDeviceError, "injected failure");
    }
    device_.EnableQueue(queue, setup);
    return {};
  }

  void Notify(uint16_t queue) override { device_.Notify(queue); }

  uint64_t config_size_bytes() const override {
    return device_.options().config.size();
  }
  uint8_t ReadConfig8(uint32_t offset) override {
    return static_cast<uint8_t>(device_.ReadConfig(offset, 1));
  }
  uint16_t ReadConfig16(uint32_t offset) override {
    return static_cast<uint16_t>(device_.ReadConfig(offset, 2));
  }
  uint32_t ReadConfig32(uint32_t offset) override {
    return device_.ReadConfig(offset, 4);
  }
  uint32_t ReadConfigGeneration() override {
    return device_.ConfigGeneration();
  }

 private:
  FakeVirtioDevice& device_;
  uint64_t last_queue_address_ = UINT64_MAX;
  /// If not the device's.
  std::optional<uint64_t> features_;
  std::optional<uint64_t> later_features_;
  bool fail_enabling_ = false;
};

}  // namespace flint::virtio
