// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "drivers/clock/clock.h"
#include "drivers/rng/random_source.h"
#include "drivers/virtio/device_queue.h"
#include "drivers/virtio/driver_resources.h"
#include "drivers/virtio/transport.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::rng {

/// The random numbers of a virtio entropy device. [virtio-1.2 5.4]
///
/// One request is in flight at a time, and only while `Fill` runs. A device
/// that breaks the protocol (kDeviceError) or falls silent (kTimedOut) is
/// reset, so that nothing lands in memory later, and every further `Fill`
/// fails. One that merely has no bytes, or all the same, is asked again by the
/// next `Fill`.
class VirtioRandom final : public RandomSource {
 public:
  /// Most bytes asked for at once.
  static constexpr size_t kChunkBytes = 256;

  /// How long the device may take for them, in however many pieces.
  static constexpr uint64_t kChunkTimeoutNs = 5 * clock::kNanosecondsPerSecond;

  /// Takes the device over from whoever used it last, and starts it.
  /// `transport` must outlive the source.
  ///
  /// kUnsupported if it is not an entropy device, or one this driver cannot
  /// serve; kDeviceError, kNotFound or kTimedOut if it misbehaves; kNoMemory.
  /// On failure the device was told (FAILED) or reset, and its memory returned
  /// if it reaches it no more.
  static Result<VirtioRandom> Start(virtio::Transport& transport,
                                    const virtio::DriverResources& resources);

  VirtioRandom(VirtioRandom&&) = default;
  VirtioRandom& operator=(VirtioRandom&&) = delete;

  Quality quality() const override { return Quality::kEntropy; }
  Status Fill(MutableBytes out) override;

  /// Resets the device for good: from then on it touches no memory. kTimedOut
  /// if it does not; then its memory must not be given to anyone else.
  Status Quiesce();

 private:
  VirtioRandom(virtio::Transport& transport,
               const virtio::DriverResources& resources,
               const virtio::DeviceQueue& shared)
      : transport_(&transport),
        clock_(&resources.clock),
        memory_(&resources.memory),
        shared_(shared) {}

  /// Fills the first `size_bytes` of `chunk_`.
  Status Draw(size_t size_bytes);

  /// Has the device write up to `size_bytes` into the shared buffer; returns
  /// how many it wrote. Stops it if it cannot be trusted to be done.
  Result<uint32_t> Request(size_t size_bytes, const clock::Deadline& deadline);
  Result<uint32_t> TryRequest(size_t size_bytes,
                              const clock::Deadline& deadline);

  virtio::Transport* transport_;
  clock::Clock* clock_;
  GuestMemory* memory_;
  /// With a buffer of at least `kChunkBytes`.
  virtio::DeviceQueue shared_;
  bool stopped_ = false;
  /// Where the device cannot change them any more.
  std::array<std::byte, kChunkBytes> chunk_{};
};

}  // namespace flint::rng
