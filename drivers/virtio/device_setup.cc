// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/device_setup.h"

namespace flint::virtio {
namespace {

constexpr uint8_t kAcknowledged = DeviceStatus::kAcknowledge;
constexpr uint8_t kDriven = kAcknowledged | DeviceStatus::kDriver;
constexpr uint8_t kAgreed = kDriven | DeviceStatus::kFeaturesOk;

/// What a register reads as when its device is gone.
constexpr uint8_t kGone = 0xFF;

Result<uint64_t> AgreeOnFeatures(Transport& transport, uint64_t wanted) {
  uint64_t required = transport.legacy() ? 0 : kFeatureVersion1;
  const uint64_t offered = transport.ReadDeviceFeatures();
  if ((offered & required) != required) {
    return Fail(ErrorCode::kUnsupported,
                "virtio device does not offer VERSION_1");
  }
  const uint64_t features =
      offered & (wanted | required | kFeatureAccessPlatform);
  transport.WriteDriverFeatures(features);
  if (transport.legacy()) return features;
  transport.WriteStatus(kAgreed);
  if (transport.ReadStatus() != kAgreed) {
    return Fail(ErrorCode::kUnsupported,
                "virtio device refuses the driver's features");
  }
  return features;
}

}  // namespace

Status Reset(Transport& transport, clock::Clock& clock) {
  transport.WriteStatus(DeviceStatus::kReset);
  const clock::Deadline deadline(clock, kResetTimeoutNs);
  while (transport.ReadStatus() != DeviceStatus::kReset) {
    if (deadline.Passed()) {
      return Fail(ErrorCode::kTimedOut, "virtio device does not reset");
    }
  }
  return {};
}

Result<uint64_t> Negotiate(Transport& transport,
                           clock::Clock& clock,
                           uint64_t wanted) {
  if (const Status reset = Reset(transport, clock); !reset) {
    GiveUp(transport);
    return std::unexpected(reset.error());
  }
  transport.WriteStatus(kAcknowledged);
  transport.WriteStatus(kDriven);
  const Result<uint64_t> features = AgreeOnFeatures(transport, wanted);
  if (!features) GiveUp(transport);
  return features;
}

Status MarkReady(Transport& transport) {
  const uint8_t agreed = transport.legacy() ? kDriven : kAgreed;
  transport.WriteStatus(agreed | DeviceStatus::kDriverOk);
  if (!IsRunning(transport)) {
    return Fail(ErrorCode::kDeviceError, "virtio device failed to start");
  }
  return {};
}

bool IsRunning(Transport& transport) {
  const uint8_t status = transport.ReadStatus();
  return status != kGone && (status & DeviceStatus::kDriverOk) != 0 &&
         (status & DeviceStatus::kNeedsReset) == 0;
}

void GiveUp(Transport& transport) {
  transport.WriteStatus(transport.ReadStatus() | DeviceStatus::kFailed);
}

}  // namespace flint::virtio
