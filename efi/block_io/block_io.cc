// SPDX-License-Identifier: Apache-2.0
#include "efi/block_io/block_io.h"

#include "efi/block_io/completion.h"

namespace flint::efi {
namespace {

using abi::BOOLEAN;
using abi::EFI_BLOCK_IO2_PROTOCOL;
using abi::EFI_BLOCK_IO2_TOKEN;
using abi::EFI_BLOCK_IO_PROTOCOL;
using abi::EFI_LBA;
using abi::EFI_STATUS;
using abi::UINT32;
using abi::UINTN;
using abi::VOID;
using enum TransferDirection;

BlockIo& Self(EFI_BLOCK_IO_PROTOCOL* self) {
  return *static_cast<BlockIo*>(self);
}
BlockIo2& Self(EFI_BLOCK_IO2_PROTOCOL* self) {
  return *static_cast<BlockIo2*>(self);
}

EFI_STATUS EFIAPI Reset(EFI_BLOCK_IO_PROTOCOL* self, BOOLEAN verify) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).media().Reset(verify != abi::FALSE);
}

EFI_STATUS EFIAPI ReadBlocks(EFI_BLOCK_IO_PROTOCOL* self,
                             UINT32 media_id,
                             EFI_LBA lba,
                             UINTN size,
                             VOID* buffer) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).Transfer(kRead, media_id, lba, size, buffer);
}

EFI_STATUS EFIAPI WriteBlocks(EFI_BLOCK_IO_PROTOCOL* self,
                              UINT32 media_id,
                              EFI_LBA lba,
                              UINTN size,
                              VOID* buffer) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).Transfer(kWrite, media_id, lba, size, buffer);
}

EFI_STATUS EFIAPI FlushBlocks(EFI_BLOCK_IO_PROTOCOL* self) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).media().Flush();
}

EFI_STATUS EFIAPI ResetEx(EFI_BLOCK_IO2_PROTOCOL* self, BOOLEAN verify) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).media().Reset(verify != abi::FALSE);
}

EFI_STATUS EFIAPI ReadBlocksEx(EFI_BLOCK_IO2_PROTOCOL* self,
                               UINT32 media_id,
                               EFI_LBA lba,
                               EFI_BLOCK_IO2_TOKEN* token,
                               UINTN size,
                               VOID* buffer) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).Transfer(kRead, media_id, lba, token, size, buffer);
}

EFI_STATUS EFIAPI WriteBlocksEx(EFI_BLOCK_IO2_PROTOCOL* self,
                                UINT32 media_id,
                                EFI_LBA lba,
                                EFI_BLOCK_IO2_TOKEN* token,
                                UINTN size,
                                VOID* buffer) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).Transfer(kWrite, media_id, lba, token, size, buffer);
}

EFI_STATUS EFIAPI FlushBlocksEx(EFI_BLOCK_IO2_PROTOCOL* self,
                                EFI_BLOCK_IO2_TOKEN* token) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).Flush(token);
}

}  // namespace

BlockIo::BlockIo(BlockMedia& media)
    : EFI_BLOCK_IO_PROTOCOL{.Revision = abi::EFI_BLOCK_IO_PROTOCOL_REVISION3,
                            .Media = media.abi_media(),
                            .Reset = efi::Reset,
                            .ReadBlocks = efi::ReadBlocks,
                            .WriteBlocks = efi::WriteBlocks,
                            .FlushBlocks = efi::FlushBlocks},
      media_(media) {}

EFI_STATUS BlockIo::Transfer(TransferDirection direction,
                             UINT32 media_id,
                             EFI_LBA lba,
                             UINTN size,
                             VOID* buffer) {
  BlockTransfer transfer;
  const EFI_STATUS status =
      media_.CheckBlocks(direction, media_id, lba, size, buffer, transfer);
  return abi::EFI_ERROR(status) ? status : media_.Run(transfer);
}

BlockIo2::BlockIo2(BlockMedia& media, EventServices& events)
    : EFI_BLOCK_IO2_PROTOCOL{.Media = media.abi_media(),
                             .Reset = ResetEx,
                             .ReadBlocksEx = efi::ReadBlocksEx,
                             .WriteBlocksEx = efi::WriteBlocksEx,
                             .FlushBlocksEx = efi::FlushBlocksEx},
      media_(media),
      events_(events) {}

EFI_STATUS BlockIo2::Transfer(TransferDirection direction,
                              UINT32 media_id,
                              EFI_LBA lba,
                              EFI_BLOCK_IO2_TOKEN* token,
                              UINTN size,
                              VOID* buffer) {
  BlockTransfer transfer;
  const EFI_STATUS status =
      media_.CheckBlocks(direction, media_id, lba, size, buffer, transfer);
  if (abi::EFI_ERROR(status)) return status;
  return Complete(events_, token, &EFI_BLOCK_IO2_TOKEN::TransactionStatus, [&] {
    return media_.Run(transfer);
  });
}

EFI_STATUS BlockIo2::Flush(EFI_BLOCK_IO2_TOKEN* token) {
  return Complete(events_, token, &EFI_BLOCK_IO2_TOKEN::TransactionStatus, [&] {
    return media_.Flush();
  });
}

}  // namespace flint::efi
