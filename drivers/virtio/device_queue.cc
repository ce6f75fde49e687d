// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/device_queue.h"

#include <algorithm>
#include <bit>

#include "boot/memory/page_allocator.h"
#include "drivers/virtio/device_setup.h"
#include "platforms/base/checked.h"

namespace flint::virtio {
namespace {

constexpr uint64_t kExtraAlignmentBytes = 16;

/// How the pages of a queue are divided.
struct Layout {
  uint16_t queue_size;
  uint64_t extra_offset;
  uint64_t page_count;
};

Result<Layout> LayOut(const QueueOffer& offer, const QueueRequest& request) {
  const uint16_t size =
      offer.size_fixed
          ? offer.size_max
          : std::bit_floor(std::min(offer.size_max, request.size_max));
  if (size < request.size_min) {
    return Fail(ErrorCode::kUnsupported, "virtio device's queue is too small");
  }
  const uint64_t extra_offset =
      TRY(AlignUp(SplitQueue::RingBytes(size), kExtraAlignmentBytes));
  const uint64_t size_bytes =
      TRY(CheckedAdd(extra_offset, request.extra_bytes));
  return Layout{
      .queue_size = size,
      .extra_offset = extra_offset,
      .page_count = DivideRoundUp(size_bytes, memory::kPageSizeBytes)};
}

/// Makes a queue in these pages.
Result<DeviceQueue> MakeQueue(const DriverResources& resources,
                              uint64_t address,
                              const Layout& layout) {
  const MutableBytes bytes = TRY(resources.memory.Map(
      address, layout.page_count * memory::kPageSizeBytes));
  return DeviceQueue{
      .address = address,
      .page_count = layout.page_count,
      .queue = TRY(SplitQueue::Create(layout.queue_size,
                                      bytes.first(layout.extra_offset),
                                      resources.arena)),
      .extra = bytes.subspan(layout.extra_offset)};
}

}  // namespace

Result<DeviceQueue> SetUpQueue(Transport& transport,
                               const DriverResources& resources,
                               const QueueRequest& request) {
  const QueueOffer offer = TRY(transport.OfferOf(request.index));
  const Layout layout = TRY(LayOut(offer, request));
  const uint64_t address = TRY(resources.pages.Allocate(
      {.page_count = layout.page_count, .max_address = offer.last_address}));
  Result<DeviceQueue> made = MakeQueue(resources, address, layout);
  if (made) {
    const Status enabled = transport.EnableQueue(
        request.index, made->queue.SetupFor(resources.memory));
    if (!enabled) made = std::unexpected(enabled.error());
  }
  if (!made) {
    static_cast<void>(resources.pages.Free(address, layout.page_count));
  }
  return made;
}

Status StartWith(Transport& transport,
                 const DriverResources& resources,
                 std::span<const DeviceQueue> queues) {
  const Status ready = MarkReady(transport);
  if (ready || !Reset(transport, resources.clock)) return ready;
  for (const DeviceQueue& queue : queues) {
    static_cast<void>(resources.pages.Free(queue.address, queue.page_count));
  }
  return ready;
}

}  // namespace flint::virtio
