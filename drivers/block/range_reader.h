// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "drivers/block/block_batch.h"
#include "drivers/block/block_device.h"
#include "drivers/block/block_window.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::block {

/// Reads the bytes of a block range, at any offset and to any address, with as
/// few requests and copies as the offset and the address allow.
///
/// Offsets count bytes from the start of the range.
class RangeReader {
 public:
  RangeReader() = default;

  /// `bounce` starts at a multiple of `kBufferAlignmentBytes` and holds at
  /// least one block: incomplete blocks pass through it.
  RangeReader(const BlockRange& range, MutableBytes bounce)
      : bounce_(range, bounce) {}

  /// Reads bytes [offset, offset + out.size()) now. All that is long takes one
  /// request, straight to where it belongs or next to it.
  Status Read(uint64_t offset, MutableBytes out);

  /// Forgets what it has read ahead: the disk, or the bounce buffer, changed.
  void Invalidate() { bounce_.Invalidate(); }

  /// Adds to `batch` what reads bytes [offset, offset + size_bytes) to the
  /// start of `out`, which may be longer than that: with room for a whole last
  /// block nothing needs a copy. What cannot be read straight, since it starts
  /// or ends inside a block or `out` is misaligned, is read now.
  Status ReadInto(uint64_t offset,
                  size_t size_bytes,
                  MutableBytes out,
                  BlockBatch& batch);

  /// The part of `destination` that reading `size_bytes` in whole blocks by
  /// `batch` writes; kInvalidArgument, with the reason, where it is too small,
  /// misaligned, or the batch is for another device.
  Result<MutableBytes> DestinationOf(uint64_t size_bytes,
                                     MutableBytes destination,
                                     const BlockBatch& batch) const;

 private:
  uint64_t block_size_bytes() const {
    return bounce_.range().device->geometry().block_size_bytes;
  }
  Result<size_t> ReadStraight(uint64_t offset, MutableBytes out);
  Result<size_t> ReadThroughBounce(uint64_t offset, MutableBytes out);
  Result<BlockExtent> ExtentAt(uint64_t offset, MutableBytes out) const;

  BlockWindow bounce_;
};

}  // namespace flint::block
