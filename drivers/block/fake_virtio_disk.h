// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "drivers/virtio/fake_virtio_device.h"
#include "platforms/base/guest_memory.h"

namespace flint::block {

/// The requests of a virtio disk, to be behind a `FakeVirtioDevice`. As strict
/// as the strictest VMM: a request is a header, at most one data descriptor
/// and a status, each of the right size, direction and alignment; everything
/// else fails the test.
class FakeVirtioDisk {
 public:
  // Feature bits. [virtio-1.2 5.2.3]
  static constexpr uint64_t kSizeMax = uint64_t{1} << 1;
  static constexpr uint64_t kSegMax = uint64_t{1} << 2;
  static constexpr uint64_t kReadOnly = uint64_t{1} << 5;
  static constexpr uint64_t kBlockSize = uint64_t{1} << 6;
  static constexpr uint64_t kFlush = uint64_t{1} << 9;
  static constexpr uint64_t kMultiQueue = uint64_t{1} << 12;

  static constexpr uint32_t kRead = 0;
  static constexpr uint32_t kWrite = 1;
  static constexpr uint32_t kFlushRequest = 4;

  /// A request as it arrived.
  struct Request {
    uint32_t type;
    uint64_t sector;
    uint64_t size_bytes;
    bool operator==(const Request&) const = default;
  };

  struct Options {
    uint64_t features = 0;
    /// In sectors of 512 bytes.
    uint64_t capacity = 0;
    uint32_t size_max = 0;
    uint32_t block_size = 0;
    uint16_t queue_size_max = 128;
    bool legacy = false;
  };

  /// A disk of `options.capacity` sectors that holds `contents`; beyond their
  /// end nothing may be read. `memory` must outlive the disk.
  FakeVirtioDisk(GuestMemory& memory,
                 const Options& options,
                 std::span<std::byte> contents);

  virtio::FakeVirtioDevice& device() { return device_; }
  const std::vector<Request>& requests() const { return requests_; }

  /// Requests that touch this sector get this status byte; 0xFF leaves it as
  /// the driver made it.
  void AnswerAt(uint64_t sector, uint8_t status) { answers_[sector] = status; }

 private:
  uint32_t Handle(const virtio::FakeRequest& request);
  uint8_t Perform(const Request& request, const virtio::FakeBuffer* data);

  Options options_;
  std::span<std::byte> contents_;
  std::map<uint64_t, uint8_t> answers_;
  std::vector<Request> requests_;
  virtio::FakeVirtioDevice device_;
};

}  // namespace flint::block
