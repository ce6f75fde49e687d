// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "drivers/block/block_device.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::block {

/// Memory that shows one part of a block range, and moves when another part is
/// wanted. For structures that are read piece by piece, near each other: tables
/// and directories, not file contents.
///
/// Offsets count bytes from the start of the range.
class BlockWindow {
 public:
  /// A window that shows nothing.
  BlockWindow() = default;

  /// `memory` starts at a multiple of `kBufferAlignmentBytes`; what it has
  /// beyond whole blocks is not used.
  BlockWindow(const BlockRange& range, MutableBytes memory);

  const BlockRange& range() const { return range_; }
  size_t capacity_bytes() const { return memory_.size(); }

  /// Bytes [offset, offset + size_bytes), if they are in view. Valid, as those
  /// below, until the window moves.
  std::optional<Bytes> Visible(uint64_t offset, size_t size_bytes) const {
    if (offset < offset_ || offset - offset_ > shown_bytes_ ||
        size_bytes > shown_bytes_ - (offset - offset_)) {
      return std::nullopt;
    }
    return Bytes(memory_).subspan(offset - offset_, size_bytes);
  }

  /// What is in view from `offset` on, at most `max_bytes`; empty if nothing
  /// is.
  Bytes VisibleFrom(uint64_t offset, uint64_t max_bytes) const {
    if (offset < offset_ || offset - offset_ >= shown_bytes_) return {};
    const uint64_t start = offset - offset_;
    return Bytes(memory_).subspan(
        start, std::min<uint64_t>(shown_bytes_ - start, max_bytes));
  }

  /// Bytes [offset, offset + size_bytes). If they are not in view, moves the
  /// window over them, and over as much of [near_begin, near_end) around them
  /// as fits, with one request. If the device fails at that (kDeviceError),
  /// with a second one for the wanted bytes alone.
  ///
  /// kOutOfRange beyond the range; kNoMemory if they do not fit the memory.
  Result<Bytes> View(uint64_t offset,
                     size_t size_bytes,
                     uint64_t near_begin,
                     uint64_t near_end);

  Result<Bytes> View(uint64_t offset, size_t size_bytes) {
    return View(offset, size_bytes, offset, offset);
  }

  /// Takes over bytes that were written to the disk, or soon will be, as far as
  /// they are in view.
  void Update(uint64_t offset, Bytes written);

  /// Shows nothing any more.
  void Invalidate() { shown_bytes_ = 0; }

 private:
  Status Move(uint64_t begin, uint64_t end);

  BlockRange range_{};
  MutableBytes memory_;
  uint64_t offset_ = 0;
  size_t shown_bytes_ = 0;
};

}  // namespace flint::block
