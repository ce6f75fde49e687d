// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio_scsi/host_adapter.h"

#include <algorithm>
#include <atomic>
#include <limits>

#include "drivers/virtio/device_setup.h"
#include "platforms/base/arena.h"
#include "platforms/base/checked.h"

namespace flint::virtio_scsi {
namespace {

/// Behind the control queue and the event queue. [virtio-1.2 5.6.2]
constexpr uint16_t kRequestQueue = 2;

constexpr uint32_t kSectorBytes = 512;

/// Polls between two looks at whether the device is still alive: those are VM
/// exits, the polls are not.
constexpr uint32_t kPollsPerLook = 1 << 16;

/// [virtio-1.2 5.6.6.1]
std::array<uint8_t, 8> ToLun(const UnitAddress& unit) {
  constexpr uint8_t kFlat = 0x40;
  return {1,
          unit.target,
          static_cast<uint8_t>(kFlat | unit.lun >> 8),
          static_cast<uint8_t>(unit.lun)};
}

/// Runs one request.
class OneRequest final : public RequestSource {
 public:
  explicit OneRequest(const Request& request) : request_(&request) {}

  std::optional<Request> Next() override {
    if (request_ == nullptr) return std::nullopt;
    const Request& request = *request_;
    request_ = nullptr;
    return request;
  }
  void Finished(uint32_t, const Answer& answer) override { answer_ = answer; }

  const Answer& answer() const { return answer_; }

 private:
  const Request* request_;
  Answer answer_;
};

}  // namespace

HostAdapter::HostAdapter(virtio::Transport& transport,
                         const virtio::DriverResources& resources,
                         const Properties& properties,
                         const SharedMemory& shared)
    : transport_(&transport),
      clock_(&resources.clock),
      memory_(&resources.memory),
      properties_(properties),
      shared_(shared) {
  free_slot_count_ = static_cast<uint16_t>(shared_.headers.size());
  for (uint16_t i = 0; i < free_slot_count_; ++i) free_slots_[i] = i;
}

Result<HostAdapter> HostAdapter::Start(
    virtio::Transport& transport, const virtio::DriverResources& resources) {
  if (transport.device_type() != virtio::DeviceType::kScsi) {
    return Fail(ErrorCode::kUnsupported, "virtio device is no SCSI adapter");
  }
  TRY(virtio::Negotiate(transport, resources.clock, 0));
  const Result<HostAdapter> adapter = Prepare(transport, resources);
  if (!adapter) {
    virtio::GiveUp(transport);
    return adapter;
  }
  TRY(virtio::StartWith(
      transport, resources, std::span(&adapter->shared_.queue, 1)));
  return adapter;
}

Result<HostAdapter> HostAdapter::Prepare(
    virtio::Transport& transport, const virtio::DriverResources& resources) {
  const Properties properties = TRY(ReadProperties(transport));
  const SharedMemory shared = TRY(SetUpQueue(transport, resources));
  return HostAdapter(transport, resources, properties, shared);
}

Result<HostAdapter::Properties> HostAdapter::ReadProperties(
    virtio::Transport& transport) {
  if (transport.config_size_bytes() < kConfigurationBytes) {
    return Fail(ErrorCode::kCorrupt, "virtio-scsi configuration is too short");
  }
  uint32_t max_sectors = 0;
  uint32_t max_target = 0;
  uint32_t max_lun = 0;
  TRY(transport.ReadConsistently([&] {
    max_sectors = transport.ReadConfig32(kMaxSectorsOffset);
    max_target = transport.ReadConfig16(kMaxTargetOffset);
    max_lun = transport.ReadConfig32(kMaxLunOffset);
  }));
  constexpr uint32_t kMaxTarget = 255;
  constexpr uint32_t kMaxLun = 0x3FFF;
  // Some say 0, and mean that they do not mind.
  const uint32_t sectors = std::min(
      max_sectors == 0 ? std::numeric_limits<uint32_t>::max() : max_sectors,
      kRequestBytesMax / kSectorBytes);
  return Properties{
      .max_target = static_cast<uint8_t>(std::min(max_target, kMaxTarget)),
      .max_lun = static_cast<uint16_t>(std::min(max_lun, kMaxLun)),
      .request_bytes_max = sectors * kSectorBytes};
}

Result<HostAdapter::SharedMemory> HostAdapter::SetUpQueue(
    virtio::Transport& transport, const virtio::DriverResources& resources) {
  constexpr uint64_t kSlotBytes = sizeof(RequestHeader) + sizeof(Response);
  const virtio::DeviceQueue queue = TRY(virtio::SetUpQueue(
      transport,
      resources,
      {.index = kRequestQueue,
       .size_max = kQueueSizeMax,
       .size_min = kDescriptorsPerRequest,
       .extra_bytes = kSlotCountMax * kSlotBytes + kScratchBytes}));
  const auto slot_count = static_cast<size_t>(std::min<uint16_t>(
      queue.queue.size() / kDescriptorsPerRequest, kSlotCountMax));
  Arena extra(queue.extra);
  return SharedMemory{
      .queue = queue,
      .headers = TRY(extra.AllocateArray<RequestHeader>(slot_count)),
      .responses = TRY(extra.AllocateArray<Response>(slot_count)),
      .scratch = TRY(extra.AllocateArray<std::byte>(kScratchBytes))};
}

Status HostAdapter::Stop() {
  stopped_ = true;
  return virtio::Reset(*transport_, *clock_);
}

Status HostAdapter::Run(RequestSource& source) {
  if (stopped_) return Fail(ErrorCode::kDeviceError, "disk has been stopped");
  const Status answers = Pump(source);
  // If even this fails, it will fail again, and tell, before hand-over.
  if (!answers) static_cast<void>(Stop());
  return answers;
}

Result<Answer> HostAdapter::Run(const Request& request) {
  OneRequest source(request);
  TRY(Run(source));
  return source.answer();
}

Status HostAdapter::Pump(RequestSource& source) {
  virtio::SplitQueue& queue = shared_.queue.queue;
  while (true) {
    bool added = false;
    while (free_slot_count_ > 0) {
      const auto request = source.Next();
      if (!request) break;
      TRY(Submit(*request));
      added = true;
    }
    if (added && queue.NotificationWanted()) {
      transport_->Notify(kRequestQueue);
    }
    if (queue.in_flight_count() == 0) return {};
    TRY(AwaitCompletion(source));
  }
}

Status HostAdapter::Submit(const Request& request) {
  const uint16_t slot = free_slots_[free_slot_count_ - 1];
  RequestHeader& header = shared_.headers[slot];
  Response& response = shared_.responses[slot];
  header = {.lun = ToLun(request.unit),
            .id = uint64_t{slot},
            .task_attribute = 0,
            .priority = 0,
            .crn = 0,
            .command = {}};
  std::ranges::copy(request.command.bytes(), header.command.begin());
  std::atomic_ref(response.response)
      .store(Response::kNone, std::memory_order_relaxed);

  std::array<virtio::QueueBuffer, kDescriptorsPerRequest> buffers;
  size_t count = 0;
  const auto add = [&](std::span<const std::byte> bytes, bool device_writes) {
    if (bytes.empty()) return;
    buffers[count++] = {.address = memory_->AddressOf(bytes.data()),
                        .size_bytes = static_cast<uint32_t>(bytes.size()),
                        .device_writes = device_writes};
  };
  add(AsBytes(header), false);
  if (request.device_reads) add(request.data, false);
  add(AsBytes(response), true);
  if (!request.device_reads) add(request.data, true);
  TRY(shared_.queue.queue.Add(std::span(buffers).first(count), slot));
  slots_[slot] = {.token = request.token, .data_bytes = request.data.size()};
  --free_slot_count_;
  return {};
}

Status HostAdapter::AwaitCompletion(RequestSource& source) {
  const clock::Deadline deadline(*clock_, kRequestTimeoutNs);
  for (uint32_t polls = 1;; ++polls) {
    const bool progress = TRY(TakeCompletions(source));
    if (progress) return {};
    if (polls % kPollsPerLook == 0 && !virtio::IsRunning(*transport_)) {
      return Fail(ErrorCode::kDeviceError, "disk stopped working");
    }
    if (deadline.Passed()) {
      return Fail(ErrorCode::kTimedOut, "disk does not answer");
    }
  }
}

Result<bool> HostAdapter::TakeCompletions(RequestSource& source) {
  bool any = false;
  // Bounded by what is in flight: the queue refuses to yield more.
  while (const auto completion = TRY(shared_.queue.queue.Take())) {
    const uint16_t slot = completion->token;
    const Answer answer = TRY(AnswerOf(slot));
    free_slots_[free_slot_count_++] = slot;
    source.Finished(slots_[slot].token, answer);
    any = true;
  }
  return any;
}

Result<Answer> HostAdapter::AnswerOf(uint16_t slot) {
  // A copy, as the device may change its mind.
  const Response response =
      TRY(ReadWire<Response>(AsBytes(shared_.responses[slot])));
  const size_t data_bytes = slots_[slot].data_bytes;
  switch (response.response) {
    case Response::kOk:
      return Answer{
          .outcome = {.status = response.status,
                      .sense = scsi::ParseSense(
                          Bytes(response.sense)
                              .first(std::min<size_t>(response.sense_bytes,
                                                      response.sense.size()))),
                      .answer_bytes =
                          data_bytes - std::min<size_t>(response.residual_bytes,
                                                        data_bytes)}};
    case Response::kBadTarget:
      return Answer{.target_exists = false,
                    .outcome = {.status = Response::kNone}};
    case Response::kBusy:
      return Answer{.outcome = {.status = scsi::Outcome::kBusy}};
    case Response::kNone:
      return Fail(ErrorCode::kDeviceError,
                  "disk completed a request without a valid answer");
    default:
      return Answer{.outcome = {.status = Response::kNone}};
  }
}

}  // namespace flint::virtio_scsi
