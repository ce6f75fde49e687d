// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/block_io.h"
#include "efi/block_io/block_media.h"
#include "efi/events/event_services.h"

namespace flint::efi {

/// EFI_BLOCK_IO_PROTOCOL, revision 3. [uefi-2.10 13.9]
class BlockIo final : public abi::EFI_BLOCK_IO_PROTOCOL {
 public:
  explicit BlockIo(BlockMedia& media);
  BlockIo(const BlockIo&) = delete;
  BlockIo& operator=(const BlockIo&) = delete;

  abi::EFI_STATUS Transfer(TransferDirection direction,
                           abi::UINT32 media_id,
                           abi::EFI_LBA lba,
                           abi::UINTN size,
                           abi::VOID* buffer);
  BlockMedia& media() { return media_; }

 private:
  BlockMedia& media_;
};

/// EFI_BLOCK_IO2_PROTOCOL: the same with tokens. [uefi-2.10 13.10]
///
/// All work is done before the call returns, and the token's event signaled.
class BlockIo2 final : public abi::EFI_BLOCK_IO2_PROTOCOL {
 public:
  BlockIo2(BlockMedia& media, EventServices& events);
  BlockIo2(const BlockIo2&) = delete;
  BlockIo2& operator=(const BlockIo2&) = delete;

  abi::EFI_STATUS Transfer(TransferDirection direction,
                           abi::UINT32 media_id,
                           abi::EFI_LBA lba,
                           abi::EFI_BLOCK_IO2_TOKEN* token,
                           abi::UINTN size,
                           abi::VOID* buffer);
  abi::EFI_STATUS Flush(abi::EFI_BLOCK_IO2_TOKEN* token);
  BlockMedia& media() { return media_; }

 private:
  BlockMedia& media_;
  EventServices& events_;
};

}  // namespace flint::efi
