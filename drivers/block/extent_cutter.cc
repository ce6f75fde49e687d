// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/extent_cutter.h"

#include <algorithm>

namespace flint::block {

std::optional<ConstBlockExtent> ExtentCutter::First() const {
  if (is_write_) {
    if (writes_.empty()) return std::nullopt;
    return writes_[0];
  }
  if (reads_.empty()) return std::nullopt;
  return ConstBlockExtent{.lba = reads_[0].lba, .buffer = reads_[0].buffer};
}

void ExtentCutter::DropFirst() {
  if (is_write_) {
    writes_ = writes_.subspan(1);
  } else {
    reads_ = reads_.subspan(1);
  }
  done_bytes_ = 0;
}

std::optional<ConstBlockExtent> ExtentCutter::Next() {
  auto extent = First();
  while (extent && done_bytes_ == extent->buffer.size()) {
    DropFirst();
    extent = First();
  }
  if (!extent) return std::nullopt;
  const auto rest = extent->buffer.subspan(done_bytes_);
  const ConstBlockExtent piece{
      .lba = extent->lba + done_bytes_ / block_size_bytes_,
      .buffer = rest.first(std::min<size_t>(rest.size(), piece_bytes_max_))};
  done_bytes_ += piece.buffer.size();
  return piece;
}

}  // namespace flint::block
