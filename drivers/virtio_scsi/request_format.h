// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "platforms/base/endian.h"

/// What lies in the memory that a virtio-scsi device and its driver share, and
/// in its configuration. [virtio-1.2 5.6]
namespace flint::virtio_scsi {

/// Sizes that a device has unless its driver wants others.
/// [virtio-1.2 5.6.4]
inline constexpr uint32_t kCommandBytes = 32;
inline constexpr uint32_t kSenseBytes = 96;

/// Offsets in the configuration. [virtio-1.2 5.6.4]
inline constexpr uint32_t kQueueCountOffset = 0;
inline constexpr uint32_t kMaxSectorsOffset = 8;
inline constexpr uint32_t kMaxTargetOffset = 30;
inline constexpr uint32_t kMaxLunOffset = 32;
inline constexpr uint32_t kConfigurationBytes = 36;

/// What a request begins with. [virtio-1.2 5.6.6.1]
struct RequestHeader {
  std::array<uint8_t, 8> lun;
  Le64 id;
  uint8_t task_attribute;
  uint8_t priority;
  uint8_t crn;
  std::array<uint8_t, kCommandBytes> command;
};
static_assert(sizeof(RequestHeader) == 51);

/// What the device says of one. [virtio-1.2 5.6.6.1]
struct Response {
  static constexpr uint8_t kOk = 0;
  static constexpr uint8_t kBadTarget = 3;
  static constexpr uint8_t kBusy = 5;
  /// Never a device's: nobody has written it.
  static constexpr uint8_t kNone = 0xFF;

  Le32 sense_bytes;
  /// Of the transfer, not done.
  Le32 residual_bytes;
  Le16 status_qualifier;
  uint8_t status;
  uint8_t response;
  std::array<std::byte, kSenseBytes> sense;
};
static_assert(sizeof(Response) == 108);

}  // namespace flint::virtio_scsi
