// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/virtio_block_device.h"

#include <atomic>
#include <limits>
#include <optional>

#include "drivers/block/extent_cutter.h"
#include "drivers/virtio/device_setup.h"

namespace flint::block {
namespace {

constexpr uint16_t kRequestQueue = 0;
constexpr uint64_t kSectorBytes = 512;

/// Request types. [virtio-1.2 5.2.6]
constexpr uint32_t kTypeIn = 0;
constexpr uint32_t kTypeOut = 1;
constexpr uint32_t kTypeFlush = 4;

/// Request statuses. [virtio-1.2 5.2.6]
constexpr uint8_t kStatusOk = 0;
constexpr uint8_t kStatusIoError = 1;
constexpr uint8_t kStatusUnsupported = 2;
/// Never a device's answer: marks a status nobody has written.
constexpr uint8_t kStatusNone = 0xFF;

/// Polls between two looks at whether the device is still alive: those are VM
/// exits, the polls are not.
constexpr uint32_t kPollsPerLook = 1 << 16;

}  // namespace

/// One request to come.
struct VirtioBlockDevice::Request {
  uint32_t type;
  uint64_t sector;
  std::span<const std::byte> data;
};

/// Yields requests, as late as possible, so that no list of them is needed.
class VirtioBlockDevice::RequestSource {
 public:
  virtual std::optional<Request> Next() = 0;

 protected:
  ~RequestSource() = default;
};

class VirtioBlockDevice::FlushSource final : public RequestSource {
 public:
  std::optional<Request> Next() override {
    if (done_) return std::nullopt;
    done_ = true;
    return Request{.type = kTypeFlush, .sector = 0, .data = {}};
  }

 private:
  bool done_ = false;
};

/// The requests of a transfer.
class VirtioBlockDevice::TransferSource final : public RequestSource {
 public:
  TransferSource(ExtentCutter extents, const BlockGeometry& geometry)
      : extents_(extents),
        sectors_per_block_(geometry.block_size_bytes / kSectorBytes) {}

  std::optional<Request> Next() override {
    const auto piece = extents_.Next();
    if (!piece) return std::nullopt;
    return Request{.type = extents_.is_write() ? kTypeOut : kTypeIn,
                   .sector = piece->lba * sectors_per_block_,
                   .data = piece->buffer};
  }

 private:
  ExtentCutter extents_;
  const uint64_t sectors_per_block_;
};

VirtioBlockDevice::VirtioBlockDevice(const Running& running,
                                     std::string_view name)
    : BlockDevice(running.properties_.geometry, name), device_(running) {
  free_slot_count_ = static_cast<uint16_t>(device_.shared_.headers.size());
  for (uint16_t i = 0; i < free_slot_count_; ++i) free_slots_[i] = i;
}

Status VirtioBlockDevice::DoRead(std::span<const BlockExtent> extents) {
  TransferSource source(
      {extents, geometry(), device_.properties_.request_bytes_max}, geometry());
  return Run(source);
}

Status VirtioBlockDevice::DoWrite(std::span<const ConstBlockExtent> extents) {
  TransferSource source(
      {extents, geometry(), device_.properties_.request_bytes_max}, geometry());
  return Run(source);
}

Status VirtioBlockDevice::DoFlush() {
  // Without the feature, completed writes are durable. [virtio-1.2 5.2.6.2]
  if (!device_.properties_.has_flush) return {};
  FlushSource source;
  return Run(source);
}

Status VirtioBlockDevice::Quiesce() {
  stopped_ = true;
  return virtio::Reset(*device_.transport_, *device_.clock_);
}

Status VirtioBlockDevice::Run(RequestSource& source) {
  if (stopped_) {
    return Fail(ErrorCode::kDeviceError, "disk has been stopped");
  }
  Status outcome;
  const Status answers = Pump(source, outcome);
  if (!answers) {
    // If even this fails, `Quiesce` will fail too, and tell.
    static_cast<void>(Quiesce());
    return answers;
  }
  return outcome;
}

Status VirtioBlockDevice::Pump(RequestSource& source, Status& outcome) {
  virtio::SplitQueue& queue = device_.shared_.queue.queue;
  std::optional<Request> next = source.Next();
  while (true) {
    bool added = false;
    while (next && outcome && free_slot_count_ > 0) {
      TRY(Submit(*next));
      next = source.Next();
      added = true;
    }
    if (added && queue.NotificationWanted()) {
      device_.transport_->Notify(kRequestQueue);
    }
    if (queue.in_flight_count() == 0) return {};
    TRY(AwaitCompletion(outcome));
  }
}

Status VirtioBlockDevice::Submit(const Request& request) {
  const uint16_t slot = free_slots_[free_slot_count_ - 1];
  RequestHeader& header = device_.shared_.headers[slot];
  uint8_t& status = device_.shared_.statuses[slot];
  header = {.type = request.type, .reserved = 0, .sector = request.sector};
  std::atomic_ref(status).store(kStatusNone, std::memory_order_relaxed);

  GuestMemory& memory = *device_.memory_;
  std::array<virtio::QueueBuffer, kDescriptorsPerRequest> buffers;
  size_t count = 0;
  buffers[count++] = {
      .address = memory.AddressOf(std::as_bytes(std::span(&header, 1)).data()),
      .size_bytes = sizeof(header),
      .device_writes = false};
  if (!request.data.empty()) {
    buffers[count++] = {
        .address = memory.AddressOf(request.data.data()),
        .size_bytes = static_cast<uint32_t>(request.data.size()),
        .device_writes = request.type == kTypeIn};
  }
  buffers[count++] = {
      .address = memory.AddressOf(std::as_bytes(std::span(&status, 1)).data()),
      .size_bytes = sizeof(status),
      .device_writes = true};
  TRY(device_.shared_.queue.queue.Add(std::span(buffers).first(count), slot));
  --free_slot_count_;
  return {};
}

Status VirtioBlockDevice::AwaitCompletion(Status& outcome) {
  const clock::Deadline deadline(*device_.clock_, kRequestTimeoutNs);
  for (uint32_t polls = 1;; ++polls) {
    const bool progress = TRY(TakeCompletions(outcome));
    if (progress) return {};
    if (polls % kPollsPerLook == 0 && !virtio::IsRunning(*device_.transport_)) {
      return Fail(ErrorCode::kDeviceError, "disk stopped working");
    }
    if (deadline.Passed()) {
      return Fail(ErrorCode::kTimedOut, "disk does not answer");
    }
  }
}

Result<bool> VirtioBlockDevice::TakeCompletions(Status& outcome) {
  bool any = false;
  // Bounded by what is in flight: the queue refuses to yield more.
  while (const auto completion = TRY(device_.shared_.queue.queue.Take())) {
    const uint16_t slot = completion->token;
    if (const Status status = OutcomeOf(slot); !status && outcome) {
      outcome = status;
    }
    free_slots_[free_slot_count_++] = slot;
    any = true;
  }
  return any;
}

Status VirtioBlockDevice::OutcomeOf(uint16_t slot) {
  uint8_t& status = device_.shared_.statuses[slot];
  switch (std::atomic_ref(status).load(std::memory_order_relaxed)) {
    case kStatusOk:
      return {};
    case kStatusIoError:
      return Fail(ErrorCode::kDeviceError, "disk reports an I/O error");
    case kStatusUnsupported:
      return Fail(ErrorCode::kUnsupported, "disk does not support the request");
    default:
      return Fail(ErrorCode::kDeviceError,
                  "disk completed a request without a valid status");
  }
}

}  // namespace flint::block
