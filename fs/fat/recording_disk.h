// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "drivers/block/block_device.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// A disk in memory that remembers each write, so that a test can see what the
/// disk would be like if the power had failed at any moment.
class RecordingDisk final : public block::BlockDevice {
 public:
  /// One write request as the disk saw it, or a flush if it has no bytes.
  struct Request {
    uint64_t offset;
    std::vector<std::byte> bytes;
  };

  RecordingDisk(std::vector<std::byte> contents, uint32_t block_size_bytes)
      : BlockDevice({.block_size_bytes = block_size_bytes,
                     .block_count = contents.size() / block_size_bytes,
                     .read_only = false},
                    "recording disk"),
        contents_(std::move(contents)) {}

  std::span<const std::byte> contents() const { return contents_; }
  const std::vector<Request>& requests() const { return requests_; }
  size_t read_count() const { return read_count_; }
  void Clear() {
    requests_.clear();
    read_count_ = 0;
  }

  /// After as many more writes, one fails and does nothing.
  void FailAfter(size_t write_count) { writes_to_failure_ = write_count; }

 private:
  Status DoRead(std::span<const block::BlockExtent> extents) override {
    ++read_count_;
    for (const block::BlockExtent& extent : extents) {
      const auto source = contents().subspan(
          extent.lba * geometry().block_size_bytes, extent.buffer.size());
      std::ranges::copy(source, extent.buffer.begin());
    }
    return {};
  }

  Status DoWrite(std::span<const block::ConstBlockExtent> extents) override {
    for (const block::ConstBlockExtent& extent : extents) {
      if (writes_to_failure_ && (*writes_to_failure_)-- == 0) {
        writes_to_failure_.reset();
        return Fail(ErrorCode::kDeviceError, "injected failure");
      }
      const uint64_t offset = extent.lba * geometry().block_size_bytes;
      requests_.push_back(
          {offset, {extent.buffer.begin(), extent.buffer.end()}});
      std::ranges::copy(extent.buffer,
                        std::span(contents_).subspan(offset).begin());
    }
    return {};
  }

  Status DoFlush() override {
    requests_.push_back({});
    return {};
  }

  std::vector<std::byte> contents_;
  std::vector<Request> requests_;
  size_t read_count_ = 0;
  std::optional<size_t> writes_to_failure_;
};

}  // namespace flint::fat
