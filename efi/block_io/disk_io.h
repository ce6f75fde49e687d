// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/disk_io.h"
#include "efi/block_io/block_media.h"
#include "efi/events/event_services.h"

namespace flint::efi {

/// EFI_DISK_IO_PROTOCOL: bytes at any offset. [uefi-2.10 13.7]
class DiskIo final : public abi::EFI_DISK_IO_PROTOCOL {
 public:
  explicit DiskIo(BlockMedia& media);
  DiskIo(const DiskIo&) = delete;
  DiskIo& operator=(const DiskIo&) = delete;

  abi::EFI_STATUS Transfer(TransferDirection direction,
                           abi::UINT32 media_id,
                           abi::UINT64 offset,
                           abi::UINTN size,
                           abi::VOID* buffer);

 private:
  BlockMedia& media_;
};

/// EFI_DISK_IO2_PROTOCOL: the same with tokens. [uefi-2.10 13.8]
///
/// All work is done before the call returns, and the token's event signaled:
/// there is never anything to cancel.
class DiskIo2 final : public abi::EFI_DISK_IO2_PROTOCOL {
 public:
  DiskIo2(BlockMedia& media, EventServices& events);
  DiskIo2(const DiskIo2&) = delete;
  DiskIo2& operator=(const DiskIo2&) = delete;

  abi::EFI_STATUS Transfer(TransferDirection direction,
                           abi::UINT32 media_id,
                           abi::UINT64 offset,
                           abi::EFI_DISK_IO2_TOKEN* token,
                           abi::UINTN size,
                           abi::VOID* buffer);
  abi::EFI_STATUS Flush(abi::EFI_DISK_IO2_TOKEN* token);

 private:
  BlockMedia& media_;
  EventServices& events_;
};

}  // namespace flint::efi
