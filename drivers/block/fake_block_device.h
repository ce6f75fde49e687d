// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "drivers/block/block_device.h"
#include "platforms/base/result.h"

namespace flint::block {

/// A disk whose blocks are bytes in memory. Behaves like hardware at its worst:
/// a failed call leaves garbage in every buffer, extents of one call are done
/// last to first, and buffers that overlap are refused.
class FakeBlockDevice final : public BlockDevice {
 public:
  struct Options {
    uint32_t block_size_bytes = 512;
    bool read_only = false;
    std::string_view name = "fake disk";
  };

  /// Calls that touch block `lba` fail, the first `times` times.
  struct Failure {
    static constexpr uint32_t kAlways = std::numeric_limits<uint32_t>::max();

    uint64_t lba = 0;
    Error error = Error(ErrorCode::kDeviceError, "injected failure");
    uint32_t times = 1;
  };

  /// One extent as the device saw it.
  struct Request {
    uint64_t lba;
    uint64_t block_count;
    bool operator==(const Request&) const = default;
  };

  /// A disk that holds `contents`; an incomplete last block is completed with
  /// zeros.
  explicit FakeBlockDevice(std::vector<std::byte> contents)
      : FakeBlockDevice(std::move(contents), Options{}) {}
  FakeBlockDevice(std::vector<std::byte> contents, const Options& options);

  /// What is on the disk, to look at and to damage.
  std::span<std::byte> contents() { return contents_; }

  void FailReads(const Failure& failure) { read_failures_.push_back(failure); }
  void FailWrites(const Failure& failure) {
    write_failures_.push_back(failure);
  }
  /// The `lba` is meaningless here.
  void FailFlushes(const Failure& failure) {
    flush_failures_.push_back(failure);
  }

  /// Every extent read since the start or the last `ClearStatistics`, in the
  /// order asked for; likewise below.
  std::span<const Request> reads() const { return reads_; }
  std::span<const Request> writes() const { return writes_; }
  size_t read_call_count() const { return read_call_count_; }
  size_t write_call_count() const { return write_call_count_; }
  size_t flush_count() const { return flush_count_; }
  /// The most extents that one call held.
  size_t largest_batch() const { return largest_batch_; }
  /// How many bytes written are not yet durable.
  uint64_t unflushed_byte_count() const { return unflushed_byte_count_; }

  void ClearStatistics();

  Status Quiesce() override;
  bool quiesced() const { return quiesced_; }

 private:
  Status DoRead(std::span<const BlockExtent> extents) override;
  Status DoWrite(std::span<const ConstBlockExtent> extents) override;
  Status DoFlush() override;

  uint64_t OffsetOf(uint64_t lba) const {
    return lba * geometry().block_size_bytes;
  }

  std::vector<std::byte> contents_;
  std::vector<Failure> read_failures_;
  std::vector<Failure> write_failures_;
  std::vector<Failure> flush_failures_;
  std::vector<Request> reads_;
  std::vector<Request> writes_;
  size_t read_call_count_ = 0;
  size_t write_call_count_ = 0;
  size_t flush_count_ = 0;
  size_t largest_batch_ = 0;
  uint64_t unflushed_byte_count_ = 0;
  bool quiesced_ = false;
};

}  // namespace flint::block
