// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/fake_virtio_device.h"

#include <bit>
#include <utility>

#include "gtest/gtest.h"
#include "platforms/base/endian.h"

namespace flint::virtio {
namespace {

constexpr uint8_t kLegacyReady = 0x07;
constexpr uint8_t kModernReady = 0x0F;

/// [virtio-1.2 2.7.5]
struct Descriptor {
  Le64 address;
  Le32 size_bytes;
  Le16 flags;
  Le16 next;
};
constexpr uint16_t kNext = 1;
constexpr uint16_t kWrite = 2;

struct UsedElement {
  Le32 id;
  Le32 written;
};

/// Reads guest memory. The driver gave the address, so it must be right.
template <WireType T>
T ReadGuest(GuestMemory& memory, uint64_t address) {
  const auto bytes = memory.Map(address, sizeof(T));
  if (!bytes) {
    ADD_FAILURE() << "the device was sent to address " << address;
    return T{};
  }
  return *ReadWire<T>(*bytes);
}

template <WireType T>
void WriteGuest(GuestMemory& memory, uint64_t address, const T& value) {
  const auto bytes = memory.Map(address, sizeof(T));
  if (!bytes) {
    ADD_FAILURE() << "the device was sent to address " << address;
    return;
  }
  EXPECT_TRUE(WriteWire(*bytes, 0, value));
}

/// The only status that may follow, but for giving up and resetting.
uint8_t Successor(uint8_t status, bool legacy) {
  switch (status) {
    case 0x00:
      return 0x01;
    case 0x01:
      return 0x03;
    case 0x03:
      return legacy ? kLegacyReady : 0x0B;
    case 0x0B:
      return kModernReady;
    default:
      return 0;
  }
}

}  // namespace

uint8_t FakeVirtioDevice::ReadStatus() {
  ++status_read_count_;
  if (reset_polls_left_ > 0 && --reset_polls_left_ == 0) Reset();
  if (faults_.needs_reset_when_silent && IsRunning() &&
      (faults_.silent || completion_count_ >= faults_.silent_after)) {
    status_ |= DeviceStatus::kNeedsReset;
  }
  return status_;
}

void FakeVirtioDevice::WriteStatus(uint8_t status) {
  status_writes_.push_back(status);
  if (status == 0) {
    if (faults_.polls_until_reset == 0) Reset();
    reset_polls_left_ = faults_.polls_until_reset;
    return;
  }
  if (status == (status_ | DeviceStatus::kFailed)) {
    status_ = status;
    return;
  }
  EXPECT_EQ(reset_polls_left_, 0u) << "written before the reset was done";
  EXPECT_EQ(status, Successor(status_, options_.legacy))
      << "after status " << int{status_};
  status_ = status;
  if (faults_.refuses_features) {
    status_ = status_ & static_cast<uint8_t>(~DeviceStatus::kFeaturesOk);
  }
  if (IsRunning() && faults_.fails_to_start) {
    status_ |= DeviceStatus::kNeedsReset;
  }
}

void FakeVirtioDevice::Reset() {
  status_ = 0;
  driver_features_ = 0;
  queues_.assign(options_.queue_count, Queue{});
  in_flight_.clear();
}

bool FakeVirtioDevice::IsRunning() const {
  return status_ == (options_.legacy ? kLegacyReady : kModernReady);
}

uint64_t FakeVirtioDevice::OfferedFeatures() const {
  const bool version_1 = !options_.legacy && options_.offers_version_1;
  return options_.features | (version_1 ? kFeatureVersion1 : 0);
}

void FakeVirtioDevice::WriteDriverFeatures(uint64_t features) {
  EXPECT_EQ(status_, 0x03) << "features belong between DRIVER and FEATURES_OK";
  EXPECT_EQ(features & ~OfferedFeatures(), 0u) << "accepts what is not offered";
  driver_features_ = features;
}

uint16_t FakeVirtioDevice::QueueSizeMax(uint16_t queue) const {
  EXPECT_EQ(status_, options_.legacy ? 0x03 : 0x0B);
  return queue < queues_.size() ? options_.queue_size_max : 0;
}

void FakeVirtioDevice::EnableQueue(uint16_t queue, const QueueSetup& setup) {
  EXPECT_EQ(status_, options_.legacy ? 0x03 : 0x0B)
      << "queues belong between FEATURES_OK and DRIVER_OK";
  ASSERT_LT(queue, queues_.size());
  EXPECT_FALSE(queues_[queue].enabled);
  EXPECT_TRUE(std::has_single_bit(setup.size));
  EXPECT_LE(setup.size, options_.queue_size_max);
  EXPECT_EQ(setup.descriptors % 4096, 0u);
  EXPECT_EQ(setup.available, setup.descriptors + 16u * setup.size);
  EXPECT_EQ(setup.used % 4096, 0u) << "where legacy devices expect it";
  EXPECT_GE(setup.used, setup.available + 6 + 2u * setup.size);
  EXPECT_LT(setup.used, setup.available + 6 + 2u * setup.size + 4096);
  queues_[queue] = Queue{};
  queues_[queue].setup = setup;
  queues_[queue].enabled = true;
}

void FakeVirtioDevice::Notify(uint16_t queue) {
  ++notification_count_;
  EXPECT_TRUE(IsRunning()) << "notified before DRIVER_OK";
  ASSERT_LT(queue, queues_.size());
  EXPECT_TRUE(queues_[queue].enabled);
  EXPECT_FALSE(manners_.polls_queues) << "notified without need";
  queues_[queue].notified = true;
}

uint32_t FakeVirtioDevice::ReadConfig(uint64_t offset, uint32_t size_bytes) {
  EXPECT_NE(status_ & DeviceStatus::kDriver, 0);
  EXPECT_EQ(offset % size_bytes, 0u);
  if (faults_.config_changes > 0) {
    --faults_.config_changes;
    ++config_generation_;
  }
  uint32_t value = 0;
  for (uint32_t i = 0; i < size_bytes; ++i) {
    if (offset + i >= options_.config.size()) {
      ADD_FAILURE() << "configuration ends before " << offset + i;
      return value;
    }
    value |= uint32_t{options_.config[offset + i]} << (8 * i);
  }
  return value;
}

void FakeVirtioDevice::Work() {
  if (!IsRunning()) return;
  for (uint16_t number = 0; number < queues_.size(); ++number) {
    Queue& queue = queues_[number];
    if (!queue.enabled) continue;
    WriteGuest(memory_,
               queue.setup.used,
               Le16(manners_.polls_queues ? uint16_t{1} : uint16_t{0}));
    if (queue.notified || manners_.polls_queues) Take(number);
    queue.notified = false;
  }
  if (faults_.silent) return;
  for (uint32_t i = 0; i < manners_.completions_per_turn; ++i) {
    if (in_flight_.empty() || completion_count_ >= faults_.silent_after) return;
    const auto next =
        manners_.last_first ? in_flight_.end() - 1 : in_flight_.begin();
    const FakeRequest request = *next;
    in_flight_.erase(next);
    Complete(request);
  }
}

void FakeVirtioDevice::Take(uint16_t number) {
  Queue& queue = queues_[number];
  const QueueSetup& setup = queue.setup;
  EXPECT_EQ(ReadGuest<Le16>(memory_, setup.available), 1u)
      << "interrupts must be off";
  const uint16_t index = ReadGuest<Le16>(memory_, setup.available + 2);
  EXPECT_LE(static_cast<uint16_t>(index - queue.next_available), setup.size);
  while (queue.next_available != index) {
    const uint64_t slot = queue.next_available % setup.size;
    const uint16_t head =
        ReadGuest<Le16>(memory_, setup.available + 4 + 2 * slot);
    in_flight_.push_back(Follow(number, head));
    queue.next_available = static_cast<uint16_t>(queue.next_available + 1);
  }
  most_in_flight_ = std::max(most_in_flight_, in_flight_.size());
}

FakeRequest FakeVirtioDevice::Follow(uint16_t number, uint16_t head) {
  Queue& queue = queues_[number];
  FakeRequest request{.queue = number, .head = head, .buffers = {}};
  bool writable_seen = false;
  for (uint16_t index = head;;) {
    EXPECT_LT(index, queue.setup.size);
    EXPECT_TRUE(queue.busy.insert(index).second)
        << "descriptor " << index << " is in flight";
    const auto descriptor =
        ReadGuest<Descriptor>(memory_, queue.setup.descriptors + 16u * index);
    EXPECT_EQ(descriptor.flags & ~(kNext | kWrite), 0);
    const bool device_writes = (descriptor.flags & kWrite) != 0;
    EXPECT_TRUE(device_writes || !writable_seen);
    writable_seen |= device_writes;
    const auto bytes = memory_.Map(descriptor.address, descriptor.size_bytes);
    EXPECT_TRUE(bytes.has_value());
    EXPECT_GT(uint32_t{descriptor.size_bytes}, 0u);
    request.buffers.push_back(
        {descriptor.address, bytes.value_or(MutableBytes{}), device_writes});
    if (!(descriptor.flags & kNext) || request.buffers.size() > 16) break;
    index = descriptor.next;
  }
  return request;
}

void FakeVirtioDevice::Complete(const FakeRequest& request) {
  Queue& queue = queues_[request.queue];
  uint16_t index = request.head;
  for (size_t i = 0; i < request.buffers.size(); ++i) {
    queue.busy.erase(index);
    index =
        ReadGuest<Descriptor>(memory_, queue.setup.descriptors + 16u * index)
            .next;
  }
  uint32_t id = request.head;
  uint32_t written = handler_(request);
  const uint64_t slot = queue.used_index % queue.setup.size;
  queue.used_index = static_cast<uint16_t>(queue.used_index + 1);
  uint16_t new_index = queue.used_index;
  if (faults_.corrupt_used) faults_.corrupt_used(id, written, new_index);
  WriteGuest(memory_,
             queue.setup.used + 4 + 8 * slot,
             UsedElement{.id = id, .written = written});
  WriteGuest(memory_, queue.setup.used + 2, Le16(new_index));
  ++completion_count_;
}

}  // namespace flint::virtio
