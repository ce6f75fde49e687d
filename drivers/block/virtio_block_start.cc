// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <limits>
#include <span>

#include "drivers/block/virtio_block_device.h"
#include "drivers/virtio/device_queue.h"
#include "drivers/virtio/device_setup.h"
#include "platforms/base/arena.h"
#include "platforms/base/checked.h"

// How a virtio disk is brought up; what it then does is in
// virtio_block_device.cc.
namespace flint::block {
namespace {

constexpr uint16_t kRequestQueue = 0;
constexpr uint64_t kSectorBytes = 512;
constexpr uint32_t kBlockSizeMax = 32768;

/// Feature bits. [virtio-1.2 5.2.3]
constexpr uint64_t kFeatureSizeMax = uint64_t{1} << 1;
constexpr uint64_t kFeatureReadOnly = uint64_t{1} << 5;
constexpr uint64_t kFeatureBlockSize = uint64_t{1} << 6;
constexpr uint64_t kFeatureFlush = uint64_t{1} << 9;

/// SEG_MAX is not among them: a request has one segment, which is always
/// allowed.
constexpr uint64_t kWantedFeatures =
    kFeatureSizeMax | kFeatureReadOnly | kFeatureBlockSize | kFeatureFlush;

/// The device's configuration. [virtio-1.2 5.2.4]
constexpr uint32_t kCapacityOffset = 0;
constexpr uint32_t kSizeMaxOffset = 8;
constexpr uint32_t kBlockSizeOffset = 20;

struct Configuration {
  /// In sectors of 512 bytes, whatever the block size.
  uint64_t capacity = 0;
  uint32_t size_max = std::numeric_limits<uint32_t>::max();
  uint32_t block_size = kSectorBytes;
};

/// How long the configuration must be for these features.
uint64_t ConfigurationBytes(uint64_t features) {
  if (features & kFeatureBlockSize) return kBlockSizeOffset + sizeof(uint32_t);
  if (features & kFeatureSizeMax) return kSizeMaxOffset + sizeof(uint32_t);
  return kCapacityOffset + sizeof(uint64_t);
}

Result<Configuration> ReadFields(virtio::Transport& transport,
                                 uint64_t features) {
  if (transport.config_size_bytes() < ConfigurationBytes(features)) {
    return Fail(ErrorCode::kCorrupt, "virtio-blk configuration is too short");
  }
  Configuration fields;
  TRY(transport.ReadConsistently([&] {
    const uint64_t low = transport.ReadConfig32(kCapacityOffset);
    const uint64_t high = transport.ReadConfig32(kCapacityOffset + 4);
    fields.capacity = high << 32 | low;
    if (features & kFeatureSizeMax) {
      fields.size_max = transport.ReadConfig32(kSizeMaxOffset);
    }
    if (features & kFeatureBlockSize) {
      fields.block_size = transport.ReadConfig32(kBlockSizeOffset);
    }
  }));
  return fields;
}

Result<BlockGeometry> GeometryOf(const Configuration& fields,
                                 uint64_t features) {
  if (!std::has_single_bit(fields.block_size) ||
      fields.block_size < kSectorBytes || fields.block_size > kBlockSizeMax) {
    return Fail(ErrorCode::kUnsupported, "disk has an unusable block size");
  }
  if (fields.capacity > std::numeric_limits<uint64_t>::max() / kSectorBytes) {
    return Fail(ErrorCode::kCorrupt, "disk claims an impossible capacity");
  }
  // What is left at the end cannot be addressed.
  const uint64_t block_count =
      fields.capacity / (fields.block_size / kSectorBytes);
  if (block_count == 0) return Fail(ErrorCode::kUnsupported, "disk is empty");
  return BlockGeometry{.block_size_bytes = fields.block_size,
                       .block_count = block_count,
                       .read_only = (features & kFeatureReadOnly) != 0};
}

}  // namespace

Result<VirtioBlockDevice::Running> VirtioBlockDevice::Start(
    virtio::Transport& transport, const DriverResources& resources) {
  if (transport.device_type() != virtio::DeviceType::kBlock) {
    return Fail(ErrorCode::kUnsupported, "virtio device is not a disk");
  }
  const uint64_t features =
      TRY(virtio::Negotiate(transport, resources.clock, kWantedFeatures));
  const Result<Running> running = Prepare(transport, resources, features);
  if (!running) {
    virtio::GiveUp(transport);
    return running;
  }
  TRY(virtio::StartWith(
      transport, resources, std::span(&running->shared_.queue, 1)));
  return running;
}

Result<VirtioBlockDevice::Running> VirtioBlockDevice::Prepare(
    virtio::Transport& transport,
    const DriverResources& resources,
    uint64_t features) {
  const Properties properties = TRY(ReadProperties(transport, features));
  const SharedMemory shared = TRY(SetUpQueue(transport, resources));
  return Running(transport, resources, properties, shared);
}

Result<VirtioBlockDevice::Properties> VirtioBlockDevice::ReadProperties(
    virtio::Transport& transport, uint64_t features) {
  const Configuration fields = TRY(ReadFields(transport, features));
  const BlockGeometry geometry = TRY(GeometryOf(fields, features));
  const uint32_t request_bytes_max = AlignDown(
      std::min(fields.size_max, kRequestBytesMax), geometry.block_size_bytes);
  if (request_bytes_max == 0) {
    return Fail(ErrorCode::kUnsupported,
                "disk takes no segment as large as one of its blocks");
  }
  return Properties{.geometry = geometry,
                    .request_bytes_max = request_bytes_max,
                    .has_flush = (features & kFeatureFlush) != 0};
}

Result<VirtioBlockDevice::SharedMemory> VirtioBlockDevice::SetUpQueue(
    virtio::Transport& transport, const DriverResources& resources) {
  constexpr uint64_t kSlotBytes = sizeof(RequestHeader) + sizeof(uint8_t);
  const virtio::DeviceQueue queue =
      TRY(virtio::SetUpQueue(transport,
                             resources,
                             {.index = kRequestQueue,
                              .size_max = kQueueSizeMax,
                              .size_min = kDescriptorsPerRequest,
                              .extra_bytes = kSlotCountMax * kSlotBytes}));
  const auto slot_count = static_cast<size_t>(std::min<uint16_t>(
      queue.queue.size() / kDescriptorsPerRequest, kSlotCountMax));
  Arena extra(queue.extra);
  return SharedMemory{
      .queue = queue,
      .headers = TRY(extra.AllocateArray<RequestHeader>(slot_count)),
      .statuses = TRY(extra.AllocateArray<uint8_t>(slot_count))};
}

}  // namespace flint::block
