// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/split_queue.h"

#include <algorithm>
#include <atomic>
#include <bit>

namespace flint::virtio {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr uint16_t kDescriptorNext = 1 << 0;
constexpr uint16_t kDescriptorWrite = 1 << 1;
constexpr uint16_t kAvailableNoInterrupt = 1 << 0;
constexpr uint16_t kUsedNoNotify = 1 << 0;

/// Reads a field the device may be writing: exactly once, whatever the
/// compiler thinks. Relaxed unless said otherwise.
template <typename T>
T LoadShared(const T& field,
             std::memory_order order = std::memory_order_relaxed) {
  return std::atomic_ref<T>(const_cast<T&>(field)).load(order);
}

/// Writes a field the device may be reading.
template <typename T>
void StoreShared(T& field,
                 T value,
                 std::memory_order order = std::memory_order_relaxed) {
  std::atomic_ref<T>(field).store(value, order);
}

/// Indices of rings run freely and wrap at 65,536. [virtio-1.2 2.7.6]
constexpr uint16_t After(uint16_t index) {
  return static_cast<uint16_t>(index + 1);
}

}  // namespace

Result<SplitQueue> SplitQueue::Create(uint16_t size,
                                      MutableBytes ring,
                                      Arena& state) {
  if (!std::has_single_bit(size) || size > kSizeMax) {
    return Fail(ErrorCode::kInvalidArgument,
                "virtqueue size is not a power of two");
  }
  if (ring.size() < RingBytes(size)) {
    return Fail(ErrorCode::kInvalidArgument, "virtqueue memory is too small");
  }
  const uint64_t used_offset = UsedOffset(size);
  Arena driver_part(ring.first(used_offset));
  Arena device_part(ring.subspan(used_offset));
  SplitQueue queue;
  queue.descriptors_ = TRY(driver_part.AllocateArray<Descriptor>(size));
  queue.available_ = TRY(driver_part.AllocateArray<RingHeader>(1)).data();
  queue.available_ring_ = TRY(driver_part.AllocateArray<uint16_t>(size));
  queue.used_ = TRY(device_part.AllocateArray<RingHeader>(1)).data();
  queue.used_ring_ = TRY(device_part.AllocateArray<UsedElement>(size));
  if (std::as_bytes(queue.descriptors_).data() != ring.data()) {
    return Fail(ErrorCode::kInvalidArgument, "virtqueue memory is misaligned");
  }
  queue.available_->flags = kAvailableNoInterrupt;

  queue.slots_ = TRY(state.AllocateArray<Slot>(size));
  for (uint16_t i = 0; i < size; ++i) {
    queue.slots_[i].next = static_cast<uint16_t>(i + 1);
  }
  queue.free_count_ = size;
  return queue;
}

QueueSetup SplitQueue::SetupFor(GuestMemory& memory) const {
  const auto address_of = [&memory](const auto& part) {
    return memory.AddressOf(std::as_bytes(std::span(&part, 1)).data());
  };
  return {.size = size(),
          .descriptors = address_of(descriptors_[0]),
          .available = address_of(*available_),
          .used = address_of(*used_)};
}

Status SplitQueue::Add(std::span<const QueueBuffer> buffers, uint16_t token) {
  if (buffers.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "virtio request without buffers");
  }
  if (buffers.size() > free_count_) {
    return Fail(ErrorCode::kNoMemory, "virtqueue is full");
  }
  const uint16_t head = first_free_;
  uint32_t writable_bytes = 0;
  for (size_t i = 0; i < buffers.size(); ++i) {
    const uint16_t index = first_free_;
    WriteDescriptor(index, buffers[i], i + 1 == buffers.size());
    if (buffers[i].device_writes) writable_bytes += buffers[i].size_bytes;
    first_free_ = slots_[index].next;
  }
  const auto length = static_cast<uint16_t>(buffers.size());
  slots_[head].chain_length = length;
  slots_[head].token = token;
  slots_[head].writable_bytes = writable_bytes;
  free_count_ = static_cast<uint16_t>(free_count_ - length);
  Publish(head);
  return {};
}

void SplitQueue::WriteDescriptor(uint16_t index,
                                 const QueueBuffer& buffer,
                                 bool last) {
  const auto flags =
      static_cast<uint16_t>((buffer.device_writes ? kDescriptorWrite : 0) |
                            (last ? 0 : kDescriptorNext));
  descriptors_[index] = {.address = buffer.address,
                         .size_bytes = buffer.size_bytes,
                         .flags = flags,
                         .next = last ? uint16_t{0} : slots_[index].next};
}

void SplitQueue::Publish(uint16_t head) {
  StoreShared(available_ring_[next_available_ % size()], head);
  next_available_ = After(next_available_);
  ++in_flight_count_;
  // Release: whoever sees the index sees the ring and the descriptors.
  StoreShared(available_->index, next_available_, std::memory_order_release);
}

bool SplitQueue::NotificationWanted() const {
  // The index must be visible before the flag is read: a device that is about
  // to sleep clears the flag and then looks at the index once more.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return (LoadShared(used_->flags) & kUsedNoNotify) == 0;
}

Result<std::optional<Completion>> SplitQueue::Take() {
  const uint16_t index = LoadShared(used_->index, std::memory_order_acquire);
  const auto waiting = static_cast<uint16_t>(index - next_used_);
  if (waiting == 0) return std::nullopt;
  if (waiting > in_flight_count_) {
    return Fail(ErrorCode::kDeviceError,
                "virtio device completed more requests than it was given");
  }
  const UsedElement& element = used_ring_[next_used_ % size()];
  const uint32_t id = LoadShared(element.id);
  const uint32_t written_bytes = LoadShared(element.written_bytes);
  const Completion completion = TRY(Finish(id, written_bytes));
  next_used_ = After(next_used_);
  return completion;
}

Result<Completion> SplitQueue::Finish(uint32_t id, uint32_t written_bytes) {
  if (id >= slots_.size() || slots_[id].chain_length == 0) {
    return Fail(ErrorCode::kDeviceError,
                "virtio device completed a request that is not in flight");
  }
  const auto head = static_cast<uint16_t>(id);
  const Slot& slot = slots_[head];
  const Completion completion{
      .token = slot.token,
      .written_bytes = std::min(written_bytes, slot.writable_bytes)};
  Release(head);
  return completion;
}

void SplitQueue::Release(uint16_t head) {
  const uint16_t length = slots_[head].chain_length;
  uint16_t last = head;
  for (uint16_t i = 1; i < length; ++i) last = slots_[last].next;
  slots_[head].chain_length = 0;
  slots_[last].next = first_free_;
  first_free_ = head;
  free_count_ = static_cast<uint16_t>(free_count_ + length);
  --in_flight_count_;
}

}  // namespace flint::virtio
