// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/range_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "platforms/base/checked.h"

namespace flint::block {
namespace {

/// How many bytes into `out` the first properly aligned one is.
size_t BytesToAlignment(MutableBytes out) {
  const auto address = std::bit_cast<uintptr_t>(out.data());
  return (0 - address) & (kBufferAlignmentBytes - 1);
}

}  // namespace

Status RangeReader::Read(uint64_t offset, MutableBytes out) {
  while (!out.empty()) {
    size_t done = TRY(ReadStraight(offset, out));
    if (done == 0) done = TRY(ReadThroughBounce(offset, out));
    out = out.subspan(done);
    offset += done;
  }
  return {};
}

Status RangeReader::ReadInto(uint64_t offset,
                             size_t size_bytes,
                             MutableBytes out,
                             BlockBatch& batch) {
  size_t straight = 0;
  if (IsAligned(offset, block_size_bytes()) && BytesToAlignment(out) == 0) {
    const size_t whole = TRY(AlignUp<size_t>(size_bytes, block_size_bytes()));
    straight = whole <= out.size()
                   ? whole
                   : AlignDown<size_t>(size_bytes, block_size_bytes());
  }
  if (straight > 0) {
    const BlockExtent extent = TRY(ExtentAt(offset, out.first(straight)));
    TRY(batch.Add(extent));
  }
  if (straight >= size_bytes) return {};
  return Read(offset + straight, out.subspan(straight, size_bytes - straight));
}

Result<MutableBytes> RangeReader::DestinationOf(uint64_t size_bytes,
                                                MutableBytes destination,
                                                const BlockBatch& batch) const {
  const uint64_t needed_bytes =
      TRY(AlignUp<uint64_t>(size_bytes, block_size_bytes()));
  if (destination.size() < needed_bytes) {
    return Fail(ErrorCode::kInvalidArgument, "destination is too small");
  }
  if (!IsTransferAligned(destination)) {
    return Fail(ErrorCode::kInvalidArgument, "destination is not aligned");
  }
  if (&batch.device() != bounce_.range().device) {
    return Fail(ErrorCode::kInvalidArgument, "batch is for another disk");
  }
  return destination.first(needed_bytes);
}

/// Reads the whole blocks that `out` can take, and returns how many bytes; none
/// if the offset is inside a block, or it is better done otherwise.
Result<size_t> RangeReader::ReadStraight(uint64_t offset, MutableBytes out) {
  if (!IsAligned(offset, block_size_bytes())) return 0;
  const size_t gap = BytesToAlignment(out);
  if (gap > out.size()) return 0;
  const size_t size = AlignDown<size_t>(out.size() - gap, block_size_bytes());
  // A short read to a misaligned place is copied either way; through the bounce
  // buffer it takes one request, with its incomplete last block.
  if (size == 0 || (gap > 0 && out.size() <= bounce_.capacity_bytes())) {
    return 0;
  }
  const std::array extents{TRY(ExtentAt(offset, out.subspan(gap, size)))};
  TRY(bounce_.range().device->Read(extents));
  if (gap > 0) std::memmove(out.data(), out.data() + gap, size);
  return size;
}

/// Reads at least one byte of `out`, and returns how many.
Result<size_t> RangeReader::ReadThroughBounce(uint64_t offset,
                                              MutableBytes out) {
  const size_t block_size = block_size_bytes();
  const size_t skipped = offset & (block_size - 1);
  size_t size = std::min(bounce_.capacity_bytes() - skipped, out.size());
  // Of a long read only the incomplete first block, the rest goes straight.
  if (size < out.size() && skipped > 0) size = block_size - skipped;
  const Bytes bytes = TRY(bounce_.View(offset, size));
  std::memcpy(out.data(), bytes.data(), size);
  return size;
}

/// The blocks at `offset`, to be read to all of `out`.
Result<BlockExtent> RangeReader::ExtentAt(uint64_t offset,
                                          MutableBytes out) const {
  const BlockRange& range = bounce_.range();
  const uint64_t first = offset / block_size_bytes();
  const uint64_t count = out.size() / block_size_bytes();
  if (first > range.block_count || count > range.block_count - first) {
    return Fail(ErrorCode::kOutOfRange, "read beyond the end of the volume");
  }
  return BlockExtent{TRY(CheckedAdd(range.first_lba, first)), out};
}

}  // namespace flint::block
