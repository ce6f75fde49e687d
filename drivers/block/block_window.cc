// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/block_window.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "platforms/base/checked.h"

namespace flint::block {

BlockWindow::BlockWindow(const BlockRange& range, MutableBytes memory)
    : range_(range),
      memory_(memory.first(AlignDown<size_t>(
          memory.size(), range.device->geometry().block_size_bytes))) {}

Result<Bytes> BlockWindow::View(uint64_t offset,
                                size_t size_bytes,
                                uint64_t near_begin,
                                uint64_t near_end) {
  if (const auto visible = Visible(offset, size_bytes)) return *visible;
  const uint64_t block_size = range_.device->geometry().block_size_bytes;
  const uint64_t range_end = TRY(CheckedMul(range_.block_count, block_size));
  if (offset > range_end || size_bytes > range_end - offset) {
    return Fail(ErrorCode::kOutOfRange, "read beyond the end of the volume");
  }
  // The blocks that must be shown; the range is whole blocks, so rounding up
  // stays in it.
  const uint64_t begin = AlignDown(offset, block_size);
  const uint64_t end =
      AlignDown(offset + size_bytes + block_size - 1, block_size);
  if (end - begin > memory_.size()) {
    return Fail(ErrorCode::kNoMemory, "working memory is too small");
  }
  const uint64_t wide_begin =
      std::min(begin, AlignDown(near_begin, block_size));
  const uint64_t fitting_begin =
      std::max(wide_begin, end - std::min<uint64_t>(end, memory_.size()));
  const uint64_t wide_end =
      AlignDown(std::min(std::max(end, near_end), range_end) + block_size - 1,
                block_size);
  const uint64_t fitting_end =
      std::min<uint64_t>(wide_end, fitting_begin + memory_.size());
  Status moved = Move(fitting_begin, fitting_end);
  if (!moved && moved.error().code() == ErrorCode::kDeviceError &&
      fitting_end - fitting_begin > end - begin) {
    moved = Move(begin, end);
  }
  TRY(moved);
  return Bytes(memory_).subspan(offset - offset_, size_bytes);
}

void BlockWindow::Update(uint64_t offset, Bytes written) {
  const uint64_t begin = std::max(offset, offset_);
  const uint64_t end =
      std::min(offset + written.size(), offset_ + shown_bytes_);
  if (begin >= end) return;
  // They may come from here.
  std::memmove(memory_.data() + (begin - offset_),
               written.data() + (begin - offset),
               end - begin);
}

Status BlockWindow::Move(uint64_t begin, uint64_t end) {
  shown_bytes_ = 0;
  const uint64_t block_size = range_.device->geometry().block_size_bytes;
  const uint64_t lba = TRY(CheckedAdd(range_.first_lba, begin / block_size));
  const std::array extents{BlockExtent{lba, memory_.first(end - begin)}};
  TRY(range_.device->Read(extents));
  offset_ = begin;
  shown_bytes_ = end - begin;
  return {};
}

}  // namespace flint::block
