// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
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

  enum class Fault {
    kRead,       // which leaves garbage
    kWrite,      // of which nothing is done
    kDoneWrite,  // of which all but the last block is done, or the only one
    kFlush,
    kDeath,  // whatever comes; all that follows fails, too
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

  /// After as many more requests of that kind, one fails.
  void Inject(Fault fault, size_t request_count) {
    fault_ = fault;
    requests_to_fault_ = request_count;
    has_failed_ = false;
  }
  void FailAfter(size_t write_count) { Inject(Fault::kWrite, write_count); }
  bool has_failed() const { return has_failed_; }
  /// Nothing fails any more.
  void Heal() {
    fault_ = Fault::kRead;
    requests_to_fault_.reset();
  }

 private:
  /// True if this request, of one of these kinds, has to fail.
  bool Fails(std::initializer_list<Fault> kinds) {
    const bool is_dead = fault_ == Fault::kDeath;
    if (is_dead && has_failed_) return true;
    if (!requests_to_fault_) return false;
    if (!is_dead && std::ranges::find(kinds, fault_) == kinds.end()) {
      return false;
    }
    if ((*requests_to_fault_)-- > 0) return false;
    requests_to_fault_.reset();
    has_failed_ = true;
    return true;
  }

  static Status Failure() {
    return Fail(ErrorCode::kDeviceError, "injected failure");
  }

  Status DoRead(std::span<const block::BlockExtent> extents) override {
    ++read_count_;
    const bool fails = Fails({Fault::kRead});
    for (const block::BlockExtent& extent : extents) {
      const auto source = contents().subspan(
          extent.lba * geometry().block_size_bytes, extent.buffer.size());
      std::ranges::copy(source, extent.buffer.begin());
      if (fails) std::ranges::fill(extent.buffer, std::byte{0xee});
    }
    return fails ? Failure() : Status();
  }

  Status DoWrite(std::span<const block::ConstBlockExtent> extents) override {
    for (const block::ConstBlockExtent& extent : extents) {
      const bool fails = Fails({Fault::kWrite, Fault::kDoneWrite});
      std::span<const std::byte> bytes = extent.buffer;
      if (fails && fault_ != Fault::kDoneWrite) return Failure();
      if (fails && bytes.size() > geometry().block_size_bytes) {
        bytes = bytes.first(bytes.size() - geometry().block_size_bytes);
      }
      const uint64_t offset = extent.lba * geometry().block_size_bytes;
      requests_.push_back({offset, {bytes.begin(), bytes.end()}});
      std::ranges::copy(bytes, std::span(contents_).subspan(offset).begin());
      if (fails) return Failure();
    }
    return {};
  }

  Status DoFlush() override {
    if (Fails({Fault::kFlush})) return Failure();
    requests_.push_back({});
    return {};
  }

  std::vector<std::byte> contents_;
  std::vector<Request> requests_;
  size_t read_count_ = 0;
  Fault fault_ = Fault::kRead;
  std::optional<size_t> requests_to_fault_;
  bool has_failed_ = false;
};

}  // namespace flint::fat
