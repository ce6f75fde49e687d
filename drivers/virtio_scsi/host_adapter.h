// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "drivers/clock/clock.h"
#include "drivers/scsi/command.h"
#include "drivers/virtio/device_queue.h"
#include "drivers/virtio/driver_resources.h"
#include "drivers/virtio/transport.h"
#include "drivers/virtio_scsi/request_format.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::virtio_scsi {

/// A logical unit of an adapter.
struct UnitAddress {
  uint8_t target;
  uint16_t lun;
};

/// A request to come.
struct Request {
  UnitAddress unit;
  scsi::Command command;
  /// At most `HostAdapter::request_bytes_max()`. Written to by the device
  /// unless `device_reads`, const as it looks.
  std::span<const std::byte> data{};
  bool device_reads = false;
  /// Given back with the answer.
  uint32_t token = 0;
};

/// What became of a request.
struct Answer {
  /// False if there is no such target.
  bool target_exists = true;
  scsi::Outcome outcome{};
};

/// Yields requests, as late as possible, and hears what became of them.
class RequestSource {
 public:
  /// Nothing if there are no more, or none any more.
  virtual std::optional<Request> Next() = 0;
  virtual void Finished(uint32_t token, const Answer& answer) = 0;

 protected:
  ~RequestSource() = default;
};

/// A virtio-scsi device: the carrier of the commands of all its logical units.
/// [virtio-1.2 5.6]
///
/// One request queue is used, and kept full. Of control and event queue nothing
/// is wanted, so they are not set up. A device that breaks the protocol or
/// falls silent is reset, and every further request fails.
class HostAdapter final {
 public:
  /// Largest transfer of one request.
  static constexpr uint32_t kRequestBytesMax = 2 << 20;
  /// Descriptors of the queue, at most.
  static constexpr uint16_t kQueueSizeMax = 256;
  /// How long nothing may be completed while something is in flight.
  static constexpr uint64_t kRequestTimeoutNs =
      30 * clock::kNanosecondsPerSecond;
  /// Bytes of answers that `scratch()` has room for.
  static constexpr size_t kScratchBytes = 4096;

  /// Takes the device over from whoever used it last, and starts it.
  /// `transport` and all of `resources` must outlive it.
  ///
  /// kUnsupported if it is no such device, or one this driver cannot serve;
  /// kCorrupt if its configuration is too short; kDeviceError or kTimedOut if
  /// it misbehaves; kNoMemory.
  static Result<HostAdapter> Start(virtio::Transport& transport,
                                   const virtio::DriverResources& resources);

  /// The largest numbers that there may be; bounded.
  uint8_t max_target() const { return properties_.max_target; }
  uint16_t max_lun() const { return properties_.max_lun; }
  /// A multiple of 512, and not 0.
  uint32_t request_bytes_max() const { return properties_.request_bytes_max; }

  /// Memory that requests may use for answers.
  MutableBytes scratch() { return shared_.scratch; }

  /// Has the device do all of `source`'s requests. kDeviceError or kTimedOut
  /// if there are no answers any more.
  Status Run(RequestSource& source);

  /// The same for one.
  Result<Answer> Run(const Request& request);

  /// Resets the device: afterwards it reaches no memory. May be called again.
  Status Stop();

 private:
  static constexpr uint16_t kDescriptorsPerRequest = 3;
  static constexpr uint16_t kSlotCountMax =
      kQueueSizeMax / kDescriptorsPerRequest;

  struct Properties {
    uint8_t max_target;
    uint16_t max_lun;
    uint32_t request_bytes_max;
  };

  /// The memory shared with the device.
  struct SharedMemory {
    virtio::DeviceQueue queue;
    /// One of each for each request in flight.
    std::span<RequestHeader> headers;
    std::span<Response> responses;
    MutableBytes scratch;
  };

  /// What is in flight in a slot.
  struct Slot {
    uint32_t token;
    size_t data_bytes;
  };

  HostAdapter(virtio::Transport& transport,
              const virtio::DriverResources& resources,
              const Properties& properties,
              const SharedMemory& shared);

  static Result<HostAdapter> Prepare(virtio::Transport& transport,
                                     const virtio::DriverResources& resources);
  static Result<Properties> ReadProperties(virtio::Transport& transport);
  static Result<SharedMemory> SetUpQueue(
      virtio::Transport& transport, const virtio::DriverResources& resources);

  Status Pump(RequestSource& source);
  Status Submit(const Request& request);
  Status AwaitCompletion(RequestSource& source);
  Result<bool> TakeCompletions(RequestSource& source);
  Result<Answer> AnswerOf(uint16_t slot);

  virtio::Transport* transport_;
  clock::Clock* clock_;
  GuestMemory* memory_;
  Properties properties_;
  SharedMemory shared_;
  std::array<Slot, kSlotCountMax> slots_{};
  /// Slots that are not in flight: a stack.
  std::array<uint16_t, kSlotCountMax> free_slots_{};
  uint16_t free_slot_count_ = 0;
  bool stopped_ = false;
};

}  // namespace flint::virtio_scsi
