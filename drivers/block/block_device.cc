// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/block_device.h"

namespace flint::block {
namespace {

/// What the contract of `Read` and `Write` asks of one extent.
template <typename Extent>
Status CheckExtent(const BlockGeometry& geometry, const Extent& extent) {
  const uint64_t size_bytes = extent.buffer.size();
  if (size_bytes % geometry.block_size_bytes != 0) {
    return Fail(ErrorCode::kInvalidArgument,
                "transfer is not a whole number of blocks");
  }
  if (!IsTransferAligned(extent.buffer)) {
    return Fail(ErrorCode::kInvalidArgument, "transfer buffer is not aligned");
  }
  const uint64_t block_count = size_bytes / geometry.block_size_bytes;
  if (extent.lba > geometry.block_count ||
      block_count > geometry.block_count - extent.lba) {
    return Fail(ErrorCode::kOutOfRange, "transfer beyond the end of the disk");
  }
  return {};
}

template <typename Extent>
Status CheckExtents(const BlockGeometry& geometry,
                    std::span<const Extent> extents) {
  for (const Extent& extent : extents) TRY(CheckExtent(geometry, extent));
  return {};
}

}  // namespace

Status BlockDevice::Read(std::span<const BlockExtent> extents) {
  TRY(CheckExtents(geometry_, extents));
  return DoRead(extents);
}

Status BlockDevice::Write(std::span<const ConstBlockExtent> extents) {
  if (geometry_.read_only) {
    return Fail(ErrorCode::kReadOnly, "disk is read-only");
  }
  TRY(CheckExtents(geometry_, extents));
  ++write_count_;
  return DoWrite(extents);
}

Status BlockDevice::Flush() { return DoFlush(); }

}  // namespace flint::block
