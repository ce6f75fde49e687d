// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

#include "platforms/base/result.h"

namespace flint::virtio {

/// Device types. [virtio-1.2 5]
enum class DeviceType : uint16_t {
  kNetwork = 1,
  kBlock = 2,
  kConsole = 3,
  kEntropy = 4,
  kScsi = 8,
};

/// Bits of the device status. [virtio-1.2 2.1]
struct DeviceStatus {
  static constexpr uint8_t kReset = 0;
  static constexpr uint8_t kAcknowledge = 1 << 0;
  static constexpr uint8_t kDriver = 1 << 1;
  static constexpr uint8_t kDriverOk = 1 << 2;
  static constexpr uint8_t kFeaturesOk = 1 << 3;
  static constexpr uint8_t kNeedsReset = 1 << 6;
  static constexpr uint8_t kFailed = 1 << 7;
};

/// Feature bits that every type of device shares. [virtio-1.2 6]
inline constexpr uint64_t kFeatureVersion1 = uint64_t{1} << 32;
inline constexpr uint64_t kFeatureAccessPlatform = uint64_t{1} << 33;

/// What a device says about one of its queues.
struct QueueOffer {
  /// Most descriptors it can have.
  uint16_t size_max;
  /// Legacy devices allow no other size.
  bool size_fixed = false;
  /// Last address its memory may have: legacy devices take a 32-bit number of
  /// a page.
  uint64_t last_address = std::numeric_limits<uint64_t>::max();
};

/// Where the driver put a queue. The three parts lie as `SplitQueue` lays them
/// out, which is also the one layout that legacy devices accept.
struct QueueSetup {
  uint16_t size;
  uint64_t descriptors;
  uint64_t available;
  uint64_t used;
};

/// How a driver reaches a virtio device, whatever bus carries it: the
/// operations of [virtio-1.2 4], each as few register accesses as can be. Has
/// no opinion on their order; `device_setup.h` has.
class Transport {
 public:
  virtual ~Transport() = default;

  virtual DeviceType device_type() const = 0;

  /// True for the interface before version 1: no FEATURES_OK, no VERSION_1,
  /// only the low 32 feature bits.
  virtual bool legacy() const = 0;

  virtual uint8_t ReadStatus() = 0;
  virtual void WriteStatus(uint8_t status) = 0;

  virtual uint64_t ReadDeviceFeatures() = 0;
  virtual void WriteDriverFeatures(uint64_t features) = 0;

  /// kNotFound if the device has no such queue; kDeviceError if its size makes
  /// no sense.
  virtual Result<QueueOffer> OfferOf(uint16_t queue) = 0;

  /// Tells the device where the queue is, and enables it. Only after
  /// `OfferOf(queue)`, and with a size it allows. kDeviceError if the device
  /// has no usable place for notifications; the errors of mapping it.
  virtual Status EnableQueue(uint16_t queue, const QueueSetup& setup) = 0;

  /// Tells the device to look at an enabled queue.
  virtual void Notify(uint16_t queue) = 0;

  /// Bytes of device-specific configuration; beyond, reading is not allowed.
  virtual uint64_t config_size_bytes() const = 0;
  virtual uint8_t ReadConfig8(uint32_t offset) = 0;
  virtual uint16_t ReadConfig16(uint32_t offset) = 0;
  virtual uint32_t ReadConfig32(uint32_t offset) = 0;

  /// Changes whenever the configuration does; constant on legacy devices.
  virtual uint32_t ReadConfigGeneration() = 0;

  /// Calls `read`, which reads configuration, until it saw a consistent state.
  /// kDeviceError if the device keeps changing it. [virtio-1.2 2.5.1]
  template <typename Reader>
  Status ReadConsistently(Reader&& read) {
    uint32_t before = ReadConfigGeneration();
    for (int attempt = 0; attempt < kConfigAttempts; ++attempt) {
      read();
      const uint32_t after = ReadConfigGeneration();
      if (after == before) return {};
      before = after;
    }
    return Fail(ErrorCode::kDeviceError,
                "virtio device keeps changing its configuration");
  }

 private:
  static constexpr int kConfigAttempts = 16;
};

}  // namespace flint::virtio
