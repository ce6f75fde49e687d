// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/block_cache.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "platforms/base/check.h"
#include "platforms/base/checked.h"

namespace flint::block {
namespace {

/// What a miss that belongs to no stream fetches, and the boundary at which it
/// begins: what is read next is more often behind than before.
constexpr size_t kFirstFetchBytes = size_t{64} * 1024;
constexpr uint64_t kFetchAlignmentBytes = uint64_t{32} * 1024;

constexpr uint64_t kLargestBlockBytes = uint64_t{32} * 1024;

// What is not read directly fits a segment, wherever it starts and ends.
static_assert(kFetchAlignmentBytes + BlockCache::kDirectBytes +
                  kLargestBlockBytes <=
              BlockCache::kSegmentBytes);
static_assert(BlockCache::kBounceBytes >= kLargestBlockBytes);

/// The disk as far as offsets in bytes reach.
BlockGeometry Addressable(BlockGeometry geometry) {
  geometry.block_count =
      std::min(geometry.block_count, UINT64_MAX / geometry.block_size_bytes);
  return geometry;
}

/// How many bytes into the memory the first properly aligned one is.
size_t BytesToAlignment(Bytes memory) {
  const auto address = std::bit_cast<uintptr_t>(memory.data());
  return (0 - address) & (kBufferAlignmentBytes - 1);
}

}  // namespace

BlockCache::BlockCache(BlockDevice& device, MutableBytes memory)
    : BlockDevice(Addressable(device.geometry()), device.name()),
      device_(device) {
  FLINT_CHECK(memory.size() >= MemoryBytesFor(1), "block cache without memory");
  bounce_ = memory.first(kBounceBytes);
  memory = memory.subspan(kBounceBytes);
  segment_count_ = std::min(kMaxSegments, memory.size() / kSegmentBytes);
  for (Segment& segment : segments()) {
    segment.memory = memory.first(kSegmentBytes);
    memory = memory.subspan(kSegmentBytes);
  }
}

uint64_t BlockCache::size_bytes() const {
  return geometry().block_count * geometry().block_size_bytes;
}

Status BlockCache::CheckRange(uint64_t offset, uint64_t size) const {
  if (offset > size_bytes() || size > size_bytes() - offset) {
    return Fail(ErrorCode::kOutOfRange, "transfer beyond the end of the disk");
  }
  return {};
}

void BlockCache::NoticeOtherWriters() {
  if (device_.write_count() == known_write_count_) return;
  Invalidate();
  known_write_count_ = device_.write_count();
}

Status BlockCache::ReadBytes(uint64_t offset, MutableBytes out) {
  TRY(CheckRange(offset, out.size()));
  NoticeOtherWriters();
  while (!out.empty()) {
    size_t done = CopyRemembered(offset, out);
    if (done == 0) done = TRY(ReadDirect(offset, out));
    if (done == 0) TRY(Fetch(offset, std::min(out.size(), kDirectBytes)));
    out = out.subspan(done);
    offset += done;
  }
  return {};
}

Status BlockCache::DoRead(std::span<const BlockExtent> extents) {
  // Who asks for many pieces at once has planned ahead.
  if (extents.size() != 1) return device_.Read(extents);
  const BlockExtent& extent = extents.front();
  return ReadBytes(extent.lba * geometry().block_size_bytes, extent.buffer);
}

/// Copies the first bytes of what is wanted, as far as one segment has them;
/// returns how many.
size_t BlockCache::CopyRemembered(uint64_t offset, MutableBytes out) {
  for (Segment& segment : segments()) {
    if (!segment.Holds(offset)) continue;
    const size_t size = std::min<uint64_t>(segment.end - offset, out.size());
    std::memcpy(
        out.data(), segment.memory.data() + (offset - segment.begin), size);
    segment.last_use = ++use_count_;
    return size;
  }
  return 0;
}

/// Reads as many whole blocks as `out` can take from the disk, if they are
/// many, and returns how many bytes.
Result<size_t> BlockCache::ReadDirect(uint64_t offset, MutableBytes out) {
  const uint64_t block_size = geometry().block_size_bytes;
  const size_t gap = BytesToAlignment(out);
  if (!IsAligned(offset, block_size) || out.size() < gap) return 0;
  const size_t size = AlignDown(out.size() - gap, block_size);
  if (size < kDirectBytes) return 0;
  const BlockExtent extent{offset / block_size, out.subspan(gap, size)};
  TRY(device_.Read(std::span(&extent, 1)));
  // A misaligned buffer is filled from its first aligned byte on.
  if (gap > 0) std::memmove(out.data(), out.data() + gap, size);
  return size;
}

/// Makes a segment hold at least the first of `size` bytes at `offset`, on the
/// disk, of which none is remembered; if possible all, and more.
Status BlockCache::Fetch(uint64_t offset, size_t size) {
  const uint64_t block_size = geometry().block_size_bytes;
  Segment* const stream = StreamBefore(offset);
  Segment& segment = stream != nullptr ? *stream : LeastRecentlyUsed();
  const uint64_t begin =
      stream != nullptr ? stream->end : AlignDown(offset, kFetchAlignmentBytes);
  const uint64_t wanted_end =
      AlignDown(offset + size - 1, block_size) + block_size;
  const uint64_t ahead = stream != nullptr
                             ? std::max(2 * (stream->end - stream->begin),
                                        uint64_t{kFirstFetchBytes})
                             : kFirstFetchBytes;
  const uint64_t end = std::min({std::max(wanted_end, begin + ahead),
                                 begin + kSegmentBytes,
                                 size_bytes()});
  const Status fetched = Fill(segment, begin, end);
  if (fetched || fetched.error().code() != ErrorCode::kDeviceError) {
    return fetched;
  }
  // Perhaps only a block nobody asked for is bad. If not, the first error is
  // the better one: it may have been the disk's last.
  const Status again = Fill(segment, AlignDown(offset, block_size), wanted_end);
  return again ? again : fetched;
}

Status BlockCache::Fill(Segment& segment, uint64_t begin, uint64_t end) {
  const uint64_t block_size = geometry().block_size_bytes;
  const BlockExtent extent{begin / block_size,
                           segment.memory.first(end - begin)};
  // The buffer's contents are undefined if this fails.
  segment.begin = segment.end = 0;
  TRY(device_.Read(std::span(&extent, 1)));
  segment.begin = begin;
  segment.end = end;
  segment.last_use = ++use_count_;
  return {};
}

/// The segment that ends at or shortly before `offset`, if any.
BlockCache::Segment* BlockCache::StreamBefore(uint64_t offset) {
  const uint64_t earliest = AlignDown(offset, kFetchAlignmentBytes);
  Segment* nearest = nullptr;
  for (Segment& segment : segments()) {
    if (segment.begin == segment.end || segment.end < earliest ||
        segment.end > offset) {
      continue;
    }
    if (nearest == nullptr || segment.end > nearest->end) nearest = &segment;
  }
  return nearest;
}

BlockCache::Segment& BlockCache::LeastRecentlyUsed() {
  return *std::ranges::min_element(segments(), {}, &Segment::last_use);
}

Status BlockCache::WriteBytes(uint64_t offset, Bytes data) {
  TRY(CheckRange(offset, data.size()));
  const uint64_t block_size = geometry().block_size_bytes;
  while (!data.empty()) {
    size_t done = WriteStraight(offset, data);
    if (done > 0) {
      const ConstBlockExtent extent{offset / block_size, data.first(done)};
      TRY(Write(std::span(&extent, 1)));
    } else {
      done = TRY(WriteThroughBounce(offset, data));
    }
    data = data.subspan(done);
    offset += done;
  }
  return {};
}

/// How much of `data` can be written from where it is.
size_t BlockCache::WriteStraight(uint64_t offset, Bytes data) const {
  const uint64_t block_size = geometry().block_size_bytes;
  if (!IsAligned(offset, block_size) || BytesToAlignment(data) != 0) return 0;
  return AlignDown(data.size(), block_size);
}

/// Writes at least one byte of `data`, and returns how many.
Result<size_t> BlockCache::WriteThroughBounce(uint64_t offset, Bytes data) {
  const uint64_t block_size = geometry().block_size_bytes;
  const uint64_t begin = AlignDown(offset, block_size);
  const size_t skipped = offset - begin;
  const size_t size = std::min(data.size(), bounce_.size() - skipped);
  const size_t last = AlignDown(skipped + size - 1, block_size);
  const size_t covered = last + block_size;
  // What is written of the first and the last block may not be all of it.
  if (skipped > 0) TRY(ReadBytes(begin, bounce_.first(block_size)));
  if (skipped + size < covered && (last > 0 || skipped == 0)) {
    TRY(ReadBytes(begin + last, bounce_.subspan(last, block_size)));
  }
  std::memcpy(bounce_.data() + skipped, data.data(), size);
  const ConstBlockExtent extent{begin / block_size, bounce_.first(covered)};
  TRY(Write(std::span(&extent, 1)));
  return size;
}

Status BlockCache::DoWrite(std::span<const ConstBlockExtent> extents) {
  NoticeOtherWriters();
  const Status written = device_.Write(extents);
  known_write_count_ = device_.write_count();
  for (const ConstBlockExtent& extent : extents) {
    const uint64_t offset = extent.lba * geometry().block_size_bytes;
    if (written) {
      Remember(offset, extent.buffer);
    } else {
      Forget(offset, extent.buffer.size());
    }
  }
  return written;
}

/// Brings what segments hold of the bytes up to date.
void BlockCache::Remember(uint64_t offset, Bytes written) {
  for (Segment& segment : segments()) {
    const uint64_t begin = std::max(segment.begin, offset);
    const uint64_t end = std::min(segment.end, offset + written.size());
    if (begin >= end) continue;
    std::memcpy(segment.memory.data() + (begin - segment.begin),
                written.data() + (begin - offset),
                end - begin);
  }
}

/// Drops the segments that hold any of the bytes.
void BlockCache::Forget(uint64_t offset, uint64_t size) {
  for (Segment& segment : segments()) {
    if (segment.begin < offset + size && offset < segment.end) {
      segment.begin = segment.end = 0;
    }
  }
}

void BlockCache::Invalidate() {
  for (Segment& segment : segments()) segment.begin = segment.end = 0;
}

Status BlockCache::DoFlush() { return device_.Flush(); }

Status BlockCache::Quiesce() { return device_.Quiesce(); }

}  // namespace flint::block
