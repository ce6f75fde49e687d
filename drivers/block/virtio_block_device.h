// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "drivers/block/block_device.h"
#include "drivers/clock/clock.h"
#include "drivers/virtio/device_queue.h"
#include "drivers/virtio/driver_resources.h"
#include "drivers/virtio/transport.h"
#include "platforms/base/endian.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::block {

using virtio::DriverResources;

/// A disk behind virtio. [virtio-1.2 5.2]
///
///     std::optional<VirtioBlockDevice> disk;
///     disk.emplace(TRY(VirtioBlockDevice::Start(transport, resources)), name);
///
/// Each transfer is cut into requests of at most `kRequestBytesMax`; as many
/// as the queue has room for are in flight, and all are polled for. A request
/// is a header, exactly one data descriptor (none for a flush) and a status:
/// the only form that all VMMs take.
///
/// After a request that failed (kDeviceError, kUnsupported) the disk stays
/// usable. A device that breaks the protocol (kDeviceError) or falls silent
/// (kTimedOut) is reset, so that nothing lands in memory later, and every
/// further transfer fails.
class VirtioBlockDevice final : public BlockDevice {
 public:
  /// Largest request: 64 MiB take 32. QEMU takes 2 GiB, cloud-hypervisor and
  /// Firecracker 4 GiB; who takes less says so by SIZE_MAX.
  static constexpr uint32_t kRequestBytesMax = 2 << 20;

  /// How long the device may complete nothing while something is in flight.
  static constexpr uint64_t kRequestTimeoutNs =
      30 * clock::kNanosecondsPerSecond;

  /// Descriptors of the queue, at most.
  static constexpr uint16_t kQueueSizeMax = 256;

  /// A device that was set up and is running: what a disk is made of.
  class Running;

  /// Takes the device over from whoever used it last, and starts it.
  /// `transport` must outlive the disk.
  ///
  /// kUnsupported if it is not a disk, or one this driver cannot serve;
  /// kCorrupt if its configuration contradicts itself; kDeviceError or
  /// kTimedOut if it misbehaves; kNoMemory. On failure the device was told
  /// (FAILED) or reset, and its memory returned if it reaches it no more.
  static Result<Running> Start(virtio::Transport& transport,
                               const DriverResources& resources);

  /// `name` must outlive the disk.
  VirtioBlockDevice(const Running& running, std::string_view name);

  /// Resets the device.
  Status Quiesce() override;

 private:
  static constexpr uint16_t kDescriptorsPerRequest = 3;
  static constexpr uint16_t kSlotCountMax =
      kQueueSizeMax / kDescriptorsPerRequest;

  /// What a request begins with. [virtio-1.2 5.2.6]
  struct RequestHeader {
    Le32 type;
    Le32 reserved;
    Le64 sector;
  };
  static_assert(sizeof(RequestHeader) == 16);

  /// What the device said of itself, and agreed to.
  struct Properties {
    BlockGeometry geometry;
    uint32_t request_bytes_max;
    bool has_flush;
  };

  /// The memory shared with the device.
  struct SharedMemory {
    virtio::DeviceQueue queue;
    /// One of each for each request in flight.
    std::span<RequestHeader> headers;
    std::span<uint8_t> statuses;
  };

  struct Request;
  class RequestSource;
  class FlushSource;
  class TransferSource;

 public:
  class Running {
   private:
    friend class VirtioBlockDevice;

    Running(virtio::Transport& transport,
            const DriverResources& resources,
            const Properties& properties,
            const SharedMemory& shared)
        : transport_(&transport),
          clock_(&resources.clock),
          memory_(&resources.memory),
          properties_(properties),
          shared_(shared) {}

    virtio::Transport* transport_;
    clock::Clock* clock_;
    GuestMemory* memory_;
    Properties properties_;
    SharedMemory shared_;
  };

 private:
  // Bringing the device up: virtio_block_start.cc.
  static Result<Running> Prepare(virtio::Transport& transport,
                                 const DriverResources& resources,
                                 uint64_t features);
  static Result<Properties> ReadProperties(virtio::Transport& transport,
                                           uint64_t features);
  static Result<SharedMemory> SetUpQueue(virtio::Transport& transport,
                                         const DriverResources& resources);

  Status DoRead(std::span<const BlockExtent> extents) override;
  Status DoWrite(std::span<const ConstBlockExtent> extents) override;
  Status DoFlush() override;

  /// Has the device do all of `source`'s requests. Stops it if it cannot be
  /// trusted to be done with them.
  Status Run(RequestSource& source);

  /// Keeps the queue full until all is done. `outcome` becomes the first
  /// failure of a request, after which no more are submitted; what is returned
  /// is the failure to get answers at all.
  Status Pump(RequestSource& source, Status& outcome);
  Status Submit(const Request& request);
  Status AwaitCompletion(Status& outcome);

  /// Takes all completions that are there; true if there were any.
  Result<bool> TakeCompletions(Status& outcome);
  Status OutcomeOf(uint16_t slot);

  Running device_;
  bool stopped_ = false;
  /// Slots that are not in flight: a stack.
  std::array<uint16_t, kSlotCountMax> free_slots_{};
  uint16_t free_slot_count_ = 0;
};

}  // namespace flint::block
