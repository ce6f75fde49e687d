// SPDX-License-Identifier: Apache-2.0
#include "drivers/rng/virtio_random.h"

#include <algorithm>
#include <optional>
#include <span>

#include "drivers/virtio/device_queue.h"
#include "drivers/virtio/device_setup.h"
#include "drivers/virtio/split_queue.h"

namespace flint::rng {
namespace {

constexpr uint16_t kRequestQueue = 0;

/// QEMU's, and more than one request needs.
constexpr uint16_t kQueueSizeMax = 8;

/// Fewer are not asked for, since of fewer nobody can tell whether they are
/// random: 1 in 2^56 of eight are all the same.
constexpr size_t kLeastBytes = 8;

/// Polls between two looks at whether the device is still alive: those are VM
/// exits, the polls are not.
constexpr uint32_t kPollsPerLook = 1 << 16;

bool AreAllTheSame(Bytes bytes) {
  return std::ranges::all_of(bytes,
                             [&](std::byte byte) { return byte == bytes[0]; });
}

}  // namespace

Result<VirtioRandom> VirtioRandom::Start(
    virtio::Transport& transport, const virtio::DriverResources& resources) {
  if (transport.device_type() != virtio::DeviceType::kEntropy) {
    return Fail(ErrorCode::kUnsupported,
                "virtio device is not an entropy device");
  }
  constexpr uint64_t kNoFeatures = 0;  // it has none of its own
  TRY(virtio::Negotiate(transport, resources.clock, kNoFeatures));
  const auto shared = virtio::SetUpQueue(transport,
                                         resources,
                                         {.index = kRequestQueue,
                                          .size_max = kQueueSizeMax,
                                          .extra_bytes = kChunkBytes});
  if (!shared) {
    virtio::GiveUp(transport);
    return std::unexpected(shared.error());
  }
  TRY(virtio::StartWith(transport, resources, std::span(&*shared, 1)));
  return VirtioRandom(transport, resources, *shared);
}

Status VirtioRandom::Quiesce() {
  stopped_ = true;
  return virtio::Reset(*transport_, *clock_);
}

Status VirtioRandom::Fill(MutableBytes out) {
  Status filled;
  for (MutableBytes rest = out; filled && !rest.empty();) {
    const size_t size = std::min(rest.size(), kChunkBytes);
    filled = Draw(std::max(size, kLeastBytes));
    if (filled) std::copy_n(chunk_.begin(), size, rest.begin());
    rest = rest.subspan(size);
  }
  if (!filled) std::ranges::fill(out, std::byte{0});
  // Nobody else is to find what was given out.
  std::ranges::fill(chunk_, std::byte{0});
  std::ranges::fill(shared_.extra, std::byte{0});
  return filled;
}

Status VirtioRandom::Draw(size_t size_bytes) {
  const clock::Deadline deadline(*clock_, kChunkTimeoutNs);
  const MutableBytes chunk = std::span(chunk_).first(size_bytes);
  for (MutableBytes rest = chunk; !rest.empty();) {
    const uint32_t written = TRY(Request(rest.size(), deadline));
    if (written == 0) {
      return Fail(ErrorCode::kDeviceError, "entropy device gives no bytes");
    }
    std::copy_n(shared_.extra.begin(), written, rest.begin());
    rest = rest.subspan(written);
  }
  if (AreAllTheSame(chunk)) {
    return Fail(ErrorCode::kDeviceError, "entropy device gives a constant");
  }
  return {};
}

Result<uint32_t> VirtioRandom::Request(size_t size_bytes,
                                       const clock::Deadline& deadline) {
  if (stopped_) {
    return Fail(ErrorCode::kDeviceError, "entropy device has been stopped");
  }
  const Result<uint32_t> written = TryRequest(size_bytes, deadline);
  // If even this fails, `Quiesce` will fail again, and tell.
  if (!written) static_cast<void>(Quiesce());
  return written;
}

Result<uint32_t> VirtioRandom::TryRequest(size_t size_bytes,
                                          const clock::Deadline& deadline) {
  const MutableBytes buffer = shared_.extra.first(size_bytes);
  // What the device says it wrote, but did not, is to be a constant.
  std::ranges::fill(buffer, std::byte{0});
  const std::array<virtio::QueueBuffer, 1> buffers{
      {{.address = memory_->AddressOf(buffer.data()),
        .size_bytes = static_cast<uint32_t>(buffer.size()),
        .device_writes = true}}};
  TRY(shared_.queue.Add(buffers, 0));
  if (shared_.queue.NotificationWanted()) transport_->Notify(kRequestQueue);
  for (uint32_t polls = 1;; ++polls) {
    const std::optional<virtio::Completion> done = TRY(shared_.queue.Take());
    if (done) return done->written_bytes;
    if (polls % kPollsPerLook == 0 && !virtio::IsRunning(*transport_)) {
      return Fail(ErrorCode::kDeviceError, "entropy device stopped working");
    }
    if (deadline.Passed()) {
      return Fail(ErrorCode::kTimedOut, "entropy device does not answer");
    }
  }
}

}  // namespace flint::rng
