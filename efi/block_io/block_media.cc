// SPDX-License-Identifier: Apache-2.0
#include "efi/block_io/block_media.h"

#include "platforms/base/result.h"

namespace flint::efi {
namespace {

abi::EFI_STATUS ToStatus(const Status& result) {
  if (result) return abi::EFI_SUCCESS;
  return result.error().code() == ErrorCode::kReadOnly
             ? abi::EFI_WRITE_PROTECTED
             : abi::EFI_DEVICE_ERROR;
}

constexpr abi::BOOLEAN ToBoolean(bool value) {
  return value ? abi::TRUE : abi::FALSE;
}

}  // namespace

BlockMedia::BlockMedia(block::BlockCache& disk,
                       uint64_t first_lba,
                       uint64_t block_count,
                       Kind kind)
    : disk_(disk),
      block_size_bytes_(disk.geometry().block_size_bytes),
      first_byte_(first_lba * block_size_bytes_),
      block_count_(block_count),
      media_{.MediaId = 0,
             .RemovableMedia = ToBoolean(disk.geometry().removable),
             .MediaPresent = abi::TRUE,
             .LogicalPartition = ToBoolean(kind == Kind::kPartition),
             .ReadOnly = ToBoolean(disk.geometry().read_only),
             .WriteCaching = ToBoolean(!disk.geometry().read_only),
             .BlockSize = disk.geometry().block_size_bytes,
             // Any address will do: the cache takes care of it.
             .IoAlign = 1,
             .LastBlock = block_count - 1,
             // Zero: not known to be anything but a logical block.
             .LowestAlignedLba = 0,
             .LogicalBlocksPerPhysicalBlock = 0,
             .OptimalTransferLengthGranularity = 0} {}

abi::EFI_STATUS BlockMedia::CheckMedia(TransferDirection direction,
                                       abi::UINT32 media_id,
                                       const abi::VOID* buffer) const {
  if (media_.MediaPresent == abi::FALSE) return abi::EFI_NO_MEDIA;
  if (media_id != media_.MediaId) return abi::EFI_MEDIA_CHANGED;
  if (direction == TransferDirection::kWrite && disk_.geometry().read_only) {
    return abi::EFI_WRITE_PROTECTED;
  }
  return buffer == nullptr ? abi::EFI_INVALID_PARAMETER : abi::EFI_SUCCESS;
}

abi::EFI_STATUS BlockMedia::CheckBlocks(TransferDirection direction,
                                        abi::UINT32 media_id,
                                        abi::EFI_LBA lba,
                                        abi::UINTN size,
                                        abi::VOID* buffer,
                                        BlockTransfer& transfer) const {
  transfer = {.direction = direction};
  const abi::EFI_STATUS status = CheckMedia(direction, media_id, buffer);
  if (status != abi::EFI_SUCCESS || size == 0) return status;
  if (size % block_size_bytes_ != 0) return abi::EFI_BAD_BUFFER_SIZE;
  if (lba >= block_count_ || size / block_size_bytes_ > block_count_ - lba) {
    return abi::EFI_INVALID_PARAMETER;
  }
  transfer.offset = lba * block_size_bytes_;
  transfer.buffer = {static_cast<std::byte*>(buffer), size};
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS BlockMedia::CheckBytes(TransferDirection direction,
                                       abi::UINT32 media_id,
                                       abi::UINT64 offset,
                                       abi::UINTN size,
                                       abi::VOID* buffer,
                                       BlockTransfer& transfer) const {
  transfer = {.direction = direction};
  const abi::EFI_STATUS status = CheckMedia(direction, media_id, buffer);
  if (status != abi::EFI_SUCCESS || size == 0) return status;
  const uint64_t end = block_count_ * block_size_bytes_;
  if (offset >= end || size > end - offset) return abi::EFI_INVALID_PARAMETER;
  transfer.offset = offset;
  transfer.buffer = {static_cast<std::byte*>(buffer), size};
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS BlockMedia::Run(const BlockTransfer& transfer) {
  const uint64_t offset = first_byte_ + transfer.offset;
  return ToStatus(transfer.direction == TransferDirection::kRead
                      ? disk_.ReadBytes(offset, transfer.buffer)
                      : disk_.WriteBytes(offset, transfer.buffer));
}

abi::EFI_STATUS BlockMedia::Flush() {
  if (media_.MediaPresent == abi::FALSE) return abi::EFI_NO_MEDIA;
  if (disk_.geometry().read_only) return abi::EFI_SUCCESS;
  return ToStatus(disk_.Flush());
}

abi::EFI_STATUS BlockMedia::Reset(bool verify) {
  disk_.Invalidate();
  if (!verify) return abi::EFI_SUCCESS;
  std::byte first_byte{};
  return ToStatus(disk_.ReadBytes(first_byte_, std::span(&first_byte, 1)));
}

}  // namespace flint::efi
