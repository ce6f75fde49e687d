// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <set>
#include <vector>

#include "drivers/virtio/transport.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"

namespace flint::virtio {

/// One descriptor of a request, as its device sees it.
struct FakeBuffer {
  uint64_t address;
  MutableBytes bytes;
  bool device_writes;
};

/// A request taken from a queue.
struct FakeRequest {
  uint16_t queue;
  uint16_t head;
  std::vector<FakeBuffer> buffers;
};

/// The device side of virtio, whatever the bus: status, features, queues. It
/// plays the ring on guest memory, and hands requests to a handler.
///
/// Stricter than hardware. It fails the test if the driver leaves the order of
/// the status (as Firecracker does), accepts what was not offered, sets up
/// queues or reads configuration at the wrong time, misaligns or overlaps the
/// ring, allows interrupts, notifies without need, re-uses a descriptor that
/// is in flight, or chains readable descriptors behind writable ones. And it
/// only looks at a queue when it has been notified.
class FakeVirtioDevice {
 public:
  struct Options {
    DeviceType type = DeviceType::kBlock;
    /// Besides VERSION_1.
    uint64_t features = 0;
    uint16_t queue_size_max = 128;
    uint16_t queue_count = 1;
    bool legacy = false;
    /// A modern device that does not offer it is broken.
    bool offers_version_1 = true;
    std::vector<uint8_t> config = {};
  };

  /// What the device does wrong.
  struct Faults {
    /// How often the status is read before a reset is done.
    uint32_t polls_until_reset = 0;
    bool refuses_features = false;
    bool fails_to_start = false;
    /// Takes requests, and never completes one.
    bool silent = false;
    /// Completes this many, then falls silent.
    uint64_t silent_after = std::numeric_limits<uint64_t>::max();
    /// And says, when asked, that it wants to be reset.
    bool needs_reset_when_silent = false;
    /// The next so many readings of the configuration see it change.
    uint32_t config_changes = 0;
    /// May change what is put into the used ring; `index` is the ring's new
    /// index.
    std::function<void(uint32_t& id, uint32_t& written, uint16_t& index)>
        corrupt_used;
  };

  /// How the device does what it does right.
  struct Manners {
    uint32_t completions_per_turn = std::numeric_limits<uint32_t>::max();
    bool last_first = false;
    /// Tells the driver not to notify, and looks by itself.
    bool polls_queues = false;
  };

  /// Does a request; returns how many bytes it wrote.
  using Handler = std::function<uint32_t(const FakeRequest&)>;

  /// `memory` is what the device can reach; must outlive it.
  FakeVirtioDevice(GuestMemory& memory, Options options, Handler handler)
      : memory_(memory),
        options_(std::move(options)),
        handler_(std::move(handler)),
        queues_(options_.queue_count) {}

  Faults& faults() { return faults_; }
  Manners& manners() { return manners_; }
  const Options& options() const { return options_; }
  /// For the test to change configuration with.
  std::vector<uint8_t>& config() { return options_.config; }
  /// As someone who used the device before would have left it.
  void LeaveRunning() { status_ = 0x0F; }

  // What a transport lets a driver do.
  uint8_t ReadStatus();
  void WriteStatus(uint8_t status);
  uint64_t OfferedFeatures() const;
  void WriteDriverFeatures(uint64_t features);
  uint16_t QueueSizeMax(uint16_t queue) const;
  void EnableQueue(uint16_t queue, const QueueSetup& setup);
  void Notify(uint16_t queue);
  uint32_t ReadConfig(uint64_t offset, uint32_t size_bytes);
  uint32_t ConfigGeneration() const { return config_generation_; }

  /// Lets the device work for a moment: takes what is new, completes what is
  /// due.
  void Work();

  // What happened so far.
  uint8_t status() const { return status_; }
  uint64_t driver_features() const { return driver_features_; }
  const std::vector<uint8_t>& status_writes() const { return status_writes_; }
  uint64_t notification_count() const { return notification_count_; }
  uint64_t status_read_count() const { return status_read_count_; }
  uint64_t completion_count() const { return completion_count_; }
  size_t in_flight_count() const { return in_flight_.size(); }
  size_t most_in_flight() const { return most_in_flight_; }

 private:
  struct Queue {
    QueueSetup setup{};
    bool enabled = false;
    bool notified = false;
    uint16_t next_available = 0;
    uint16_t used_index = 0;
    /// Descriptors of requests in flight.
    std::set<uint16_t> busy;
  };

  void Reset();
  bool IsRunning() const;
  void Take(uint16_t number);
  FakeRequest Follow(uint16_t number, uint16_t head);
  void Complete(const FakeRequest& request);

  GuestMemory& memory_;
  Options options_;
  Handler handler_;
  Faults faults_;
  Manners manners_;

  uint8_t status_ = 0;
  uint32_t reset_polls_left_ = 0;
  uint64_t driver_features_ = 0;
  uint32_t config_generation_ = 0;
  std::vector<Queue> queues_;
  std::deque<FakeRequest> in_flight_;

  std::vector<uint8_t> status_writes_;
  uint64_t notification_count_ = 0;
  uint64_t status_read_count_ = 0;
  uint64_t completion_count_ = 0;
  size_t most_in_flight_ = 0;
};

}  // namespace flint::virtio
