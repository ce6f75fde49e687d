// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "drivers/block/block_device.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::block {

/// A disk that remembers and reads ahead, in front of one that does not: for
/// callers who read in many small pieces, as boot loaders do.
///
/// Memory is a few segments, each of which holds consecutive blocks. A miss
/// fetches a neighbourhood; a miss where a segment ends is a stream, which
/// fetches twice as much as the last time and replaces that segment, so that a
/// long stream drives nothing else out. Long transfers, and lists of several
/// extents, go straight between the disk and the caller's memory.
///
/// Writes go to the disk first, then to what is remembered; what others wrote
/// to the disk makes it forget all. So whoever uses the disk, through the cache
/// or not, sees the same.
class BlockCache final : public BlockDevice {
 public:
  /// What one segment holds, and thus the longest read-ahead.
  static constexpr size_t kSegmentBytes = size_t{256} * 1024;
  /// Reads of this size or more are not worth remembering.
  static constexpr size_t kDirectBytes = size_t{128} * 1024;
  /// Incomplete blocks and misaligned data are written by way of this.
  static constexpr size_t kBounceBytes = size_t{32} * 1024;
  static constexpr size_t kMaxSegments = 16;

  static constexpr size_t MemoryBytesFor(size_t segment_count) {
    return kBounceBytes + segment_count * kSegmentBytes;
  }
  /// Room for a few streams and the metadata beside them.
  static constexpr size_t kGoodMemoryBytes = kBounceBytes + 8 * kSegmentBytes;

  /// `memory` starts at a multiple of `kBufferAlignmentBytes` and holds
  /// `MemoryBytesFor(1)` or more. It and `device` must outlive the cache.
  BlockCache(BlockDevice& device, MutableBytes memory);

  /// Reads bytes [offset, offset + out.size()) of the disk: any offset, any
  /// size, any address. kOutOfRange beyond the end of the disk, before anything
  /// is read.
  Status ReadBytes(uint64_t offset, MutableBytes out);

  /// Writes bytes; the same freedom, and kReadOnly. Blocks written in part are
  /// read first. Durable only after `Flush`.
  Status WriteBytes(uint64_t offset, Bytes data);

  /// Forgets all blocks.
  void Invalidate();

  uint64_t write_count() const override { return device_.write_count(); }

  Status Quiesce() override;

 private:
  /// Bytes [begin, end) of the disk, at `memory`; nothing if they are equal.
  struct Segment {
    bool Holds(uint64_t offset) const {
      return offset >= begin && offset < end;
    }

    MutableBytes memory;
    uint64_t begin = 0;
    uint64_t end = 0;
    uint64_t last_use = 0;
  };

  Status DoRead(std::span<const BlockExtent> extents) override;
  Status DoWrite(std::span<const ConstBlockExtent> extents) override;
  Status DoFlush() override;

  std::span<Segment> segments() {
    return std::span(segments_).first(segment_count_);
  }
  uint64_t size_bytes() const;
  void NoticeOtherWriters();
  Status CheckRange(uint64_t offset, uint64_t size) const;
  size_t CopyRemembered(uint64_t offset, MutableBytes out);
  Result<size_t> ReadDirect(uint64_t offset, MutableBytes out);
  Status Fetch(uint64_t offset, size_t size);
  Status Fill(Segment& segment, uint64_t begin, uint64_t end);
  Segment* StreamBefore(uint64_t offset);
  Segment& LeastRecentlyUsed();
  size_t WriteStraight(uint64_t offset, Bytes data) const;
  Result<size_t> WriteThroughBounce(uint64_t offset, Bytes data);
  void Remember(uint64_t offset, Bytes written);
  void Forget(uint64_t offset, uint64_t size);

  BlockDevice& device_;
  MutableBytes bounce_;
  std::array<Segment, kMaxSegments> segments_;
  size_t segment_count_;
  uint64_t use_count_ = 0;
  /// The disk's, as of what is remembered.
  uint64_t known_write_count_ = 0;
};

}  // namespace flint::block
