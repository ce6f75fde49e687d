// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "drivers/virtio/transport.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::virtio {

/// One piece of memory of a request.
struct QueueBuffer {
  uint64_t address;
  uint32_t size_bytes;
  bool device_writes;
};

/// A request the device is done with.
struct Completion {
  /// As given to `Add`.
  uint16_t token;
  /// How much the device says it wrote; never more than it was given room for.
  uint32_t written_bytes;
};

/// The driver's side of a split virtqueue. [virtio-1.2 2.7]
///
/// The ring is shared with a device that may write anything into it at any
/// time. So nothing is ever read back from it but the used ring, each field
/// of that once; what is in flight is remembered in memory the device is
/// never told of. Completions are polled for; interrupts are off.
class SplitQueue {
 public:
  static constexpr uint16_t kSizeMax = 32768;

  /// Bytes of ring memory that a queue of `size` descriptors takes.
  static constexpr uint64_t RingBytes(uint16_t size);

  /// A queue in `ring`, which is cleared: at least `RingBytes(size)` bytes,
  /// page-aligned for the device, aligned for the fields here (else
  /// kInvalidArgument, also if `size` is not a power of two). What is in
  /// flight is kept in `state` (kNoMemory).
  static Result<SplitQueue> Create(uint16_t size,
                                   MutableBytes ring,
                                   Arena& state);

  uint16_t size() const { return static_cast<uint16_t>(slots_.size()); }
  uint16_t free_descriptor_count() const { return free_count_; }
  uint16_t in_flight_count() const { return in_flight_count_; }

  /// Where the device finds it.
  QueueSetup SetupFor(GuestMemory& memory) const;

  /// Gives the device a request: what it reads first, then what it writes.
  /// It may begin at once, but may also need a notification. kNoMemory if too
  /// few descriptors are free; kInvalidArgument without buffers.
  Status Add(std::span<const QueueBuffer> buffers, uint16_t token);

  /// True if the device wants to be notified of what was added. Ask once after
  /// a batch.
  bool NotificationWanted() const;

  /// A request the device has completed since, if there is one. kDeviceError
  /// if it completes what is not in flight, or more than that: the device must
  /// then be reset and the queue not used again.
  Result<std::optional<Completion>> Take();

 private:
  // The layout of ring memory, which is in the processor's byte order: all
  // processors we run on are little-endian, as version 1 wants it.

  /// [virtio-1.2 2.7.5]
  struct Descriptor {
    uint64_t address;
    uint32_t size_bytes;
    uint16_t flags;
    uint16_t next;
  };
  static_assert(sizeof(Descriptor) == 16);

  /// The start of both rings. [virtio-1.2 2.7.6, 2.7.8]
  struct RingHeader {
    uint16_t flags;
    uint16_t index;
  };
  static_assert(sizeof(RingHeader) == 4);

  struct UsedElement {
    uint32_t id;
    uint32_t written_bytes;
  };
  static_assert(sizeof(UsedElement) == 8);

  /// What we know of a descriptor.
  struct Slot {
    /// Next of the chain, or of the free list.
    uint16_t next;
    /// Of the first of a chain in flight: its length; else 0.
    uint16_t chain_length;
    uint16_t token;
    uint32_t writable_bytes;
  };

  /// Legacy devices compute the used ring's place from this alignment.
  static constexpr uint64_t kUsedAlignmentBytes = 4096;

  static constexpr uint64_t UsedOffset(uint16_t size);

  SplitQueue() = default;

  void WriteDescriptor(uint16_t index, const QueueBuffer& buffer, bool last);
  void Publish(uint16_t head);
  Result<Completion> Finish(uint32_t id, uint32_t written_bytes);
  void Release(uint16_t head);

  std::span<Descriptor> descriptors_;
  RingHeader* available_ = nullptr;
  std::span<uint16_t> available_ring_;
  RingHeader* used_ = nullptr;
  std::span<UsedElement> used_ring_;

  std::span<Slot> slots_;
  uint16_t first_free_ = 0;
  uint16_t free_count_ = 0;
  uint16_t in_flight_count_ = 0;
  uint16_t next_available_ = 0;
  uint16_t next_used_ = 0;
};

constexpr uint64_t SplitQueue::UsedOffset(uint16_t size) {
  // Descriptors, the available ring, and its trailing event field.
  const uint64_t end = uint64_t{size} * sizeof(Descriptor) +
                       sizeof(RingHeader) + uint64_t{size} * sizeof(uint16_t) +
                       sizeof(uint16_t);
  return (end + kUsedAlignmentBytes - 1) & ~(kUsedAlignmentBytes - 1);
}

constexpr uint64_t SplitQueue::RingBytes(uint16_t size) {
  return UsedOffset(size) + sizeof(RingHeader) +
         uint64_t{size} * sizeof(UsedElement) + sizeof(uint16_t);
}

}  // namespace flint::virtio
