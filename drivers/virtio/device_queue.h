// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "drivers/virtio/driver_resources.h"
#include "drivers/virtio/split_queue.h"
#include "drivers/virtio/transport.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::virtio {

/// What a driver wants of one of its device's queues.
struct QueueRequest {
  uint16_t index;
  /// Descriptors at most, a power of two. A legacy device's queue has the size
  /// it has.
  uint16_t size_max;
  /// Descriptors at least.
  uint16_t size_min = 1;
  /// What else the driver shares with the device.
  uint64_t extra_bytes = 0;
};

/// A queue, and the memory it shares with its device.
struct DeviceQueue {
  uint64_t address;
  uint64_t page_count;
  SplitQueue queue;
  /// Behind the ring, aligned to 16 bytes; at least as much as asked for.
  MutableBytes extra;
};

/// Makes a queue and tells the device of it, between `Negotiate` and
/// `StartWith`. kUnsupported if it is too small; kNoMemory; the transport's
/// errors. On failure its memory has been returned.
Result<DeviceQueue> SetUpQueue(Transport& transport,
                               const DriverResources& resources,
                               const QueueRequest& request);

/// Starts the device with all of its queues. kDeviceError if it could not
/// start: then it has been reset, and the queues' memory returned if it
/// reaches it no more.
Status StartWith(Transport& transport,
                 const DriverResources& resources,
                 std::span<const DeviceQueue> queues);

}  // namespace flint::virtio
