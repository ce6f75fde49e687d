// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/block_batch.h"

#include <utility>

namespace flint::block {
namespace {

/// True if `next` continues `last` on disk and in memory. Broken extents (not
/// whole blocks, beyond any disk) stay apart, for the device to refuse.
bool Continues(const BlockExtent& last,
               const BlockExtent& next,
               uint32_t block_size_bytes) {
  if (last.buffer.size() % block_size_bytes != 0) return false;
  const uint64_t block_count = last.buffer.size() / block_size_bytes;
  return next.lba >= block_count && next.lba - block_count == last.lba &&
         last.buffer.data() + last.buffer.size() == next.buffer.data();
}

}  // namespace

Status BlockBatch::Add(BlockExtent extent) {
  if (extent.buffer.empty()) return {};
  if (used_ > 0) {
    BlockExtent& last = storage_[used_ - 1];
    if (Continues(last, extent, device_.geometry().block_size_bytes)) {
      last.buffer = std::span(last.buffer.data(),
                              last.buffer.size() + extent.buffer.size());
      return {};
    }
  }
  if (storage_.empty()) {
    return Fail(ErrorCode::kNoMemory, "block batch has no storage");
  }
  if (used_ == storage_.size()) TRY(Submit());
  storage_[used_++] = extent;
  return {};
}

Status BlockBatch::Submit() {
  const size_t count = std::exchange(used_, 0);
  if (count == 0) return {};
  return device_.Read(storage_.first(count));
}

}  // namespace flint::block
