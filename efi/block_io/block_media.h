// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "drivers/block/block_cache.h"
#include "drivers/block/block_device.h"
#include "efi/abi/protocol/block_io.h"
#include "efi/abi/status.h"
#include "efi/abi/types.h"

namespace flint::efi {

enum class TransferDirection : uint8_t { kRead, kWrite };

/// A transfer that was asked for and may be done.
struct BlockTransfer {
  TransferDirection direction = TransferDirection::kRead;
  uint64_t offset = 0;  // in bytes, from the start of the media
  std::span<std::byte> buffer{};
};

/// A disk or a partition as images see it: what BlockIo, BlockIo2, DiskIo and
/// DiskIo2 on one handle have in common.
class BlockMedia final {
 public:
  enum class Kind : uint8_t { kDisk, kPartition };

  /// The blocks [first_lba, first_lba + block_count) of `disk`, which must
  /// exist: at least one. `disk` must outlive this.
  BlockMedia(block::BlockCache& disk,
             uint64_t first_lba,
             uint64_t block_count,
             Kind kind);
  BlockMedia(const BlockMedia&) = delete;
  BlockMedia& operator=(const BlockMedia&) = delete;

  /// What the protocols' `Media` points to.
  abi::EFI_BLOCK_IO_MEDIA* abi_media() { return &media_; }

  /// Checks a transfer of blocks; if it may be done, says what it is.
  /// [uefi-2.10 13.9.2, 13.9.3]
  ///
  /// EFI_NO_MEDIA; EFI_MEDIA_CHANGED; EFI_WRITE_PROTECTED;
  /// EFI_INVALID_PARAMETER: no buffer, or blocks that do not exist;
  /// EFI_BAD_BUFFER_SIZE: not whole blocks.
  abi::EFI_STATUS CheckBlocks(TransferDirection direction,
                              abi::UINT32 media_id,
                              abi::EFI_LBA lba,
                              abi::UINTN size,
                              abi::VOID* buffer,
                              BlockTransfer& transfer) const;

  /// The same for bytes at any offset. [uefi-2.10 13.7.2, 13.7.3]
  abi::EFI_STATUS CheckBytes(TransferDirection direction,
                             abi::UINT32 media_id,
                             abi::UINT64 offset,
                             abi::UINTN size,
                             abi::VOID* buffer,
                             BlockTransfer& transfer) const;

  /// Does a checked transfer. EFI_DEVICE_ERROR.
  abi::EFI_STATUS Run(const BlockTransfer& transfer);

  /// Makes what was written durable. EFI_NO_MEDIA, EFI_DEVICE_ERROR.
  abi::EFI_STATUS Flush();

  /// Forgets what is remembered of the disk; with `verify`, reads a block of
  /// it. EFI_DEVICE_ERROR.
  abi::EFI_STATUS Reset(bool verify);

 private:
  abi::EFI_STATUS CheckMedia(TransferDirection direction,
                             abi::UINT32 media_id,
                             const abi::VOID* buffer) const;

  block::BlockCache& disk_;
  uint64_t block_size_bytes_;
  uint64_t first_byte_;
  uint64_t block_count_;
  abi::EFI_BLOCK_IO_MEDIA media_;
};

}  // namespace flint::efi
