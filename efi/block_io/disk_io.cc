// SPDX-License-Identifier: Apache-2.0
#include "efi/block_io/disk_io.h"

#include "efi/block_io/completion.h"

namespace flint::efi {
namespace {

using abi::EFI_DISK_IO2_PROTOCOL;
using abi::EFI_DISK_IO2_TOKEN;
using abi::EFI_DISK_IO_PROTOCOL;
using abi::EFI_STATUS;
using abi::UINT32;
using abi::UINT64;
using abi::UINTN;
using abi::VOID;
using enum TransferDirection;

DiskIo& Self(EFI_DISK_IO_PROTOCOL* self) { return *static_cast<DiskIo*>(self); }
DiskIo2& Self(EFI_DISK_IO2_PROTOCOL* self) {
  return *static_cast<DiskIo2*>(self);
}

EFI_STATUS EFIAPI ReadDisk(EFI_DISK_IO_PROTOCOL* self,
                           UINT32 media_id,
                           UINT64 offset,
                           UINTN size,
                           VOID* buffer) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).Transfer(kRead, media_id, offset, size, buffer);
}

EFI_STATUS EFIAPI WriteDisk(EFI_DISK_IO_PROTOCOL* self,
                            UINT32 media_id,
                            UINT64 offset,
                            UINTN size,
                            VOID* buffer) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).Transfer(kWrite, media_id, offset, size, buffer);
}

EFI_STATUS EFIAPI Cancel(EFI_DISK_IO2_PROTOCOL* self) {
  return self == nullptr ? abi::EFI_INVALID_PARAMETER : abi::EFI_SUCCESS;
}

EFI_STATUS EFIAPI ReadDiskEx(EFI_DISK_IO2_PROTOCOL* self,
                             UINT32 media_id,
                             UINT64 offset,
                             EFI_DISK_IO2_TOKEN* token,
                             UINTN size,
                             VOID* buffer) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).Transfer(kRead, media_id, offset, token, size, buffer);
}

EFI_STATUS EFIAPI WriteDiskEx(EFI_DISK_IO2_PROTOCOL* self,
                              UINT32 media_id,
                              UINT64 offset,
                              EFI_DISK_IO2_TOKEN* token,
                              UINTN size,
                              VOID* buffer) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).Transfer(kWrite, media_id, offset, token, size, buffer);
}

EFI_STATUS EFIAPI FlushDiskEx(EFI_DISK_IO2_PROTOCOL* self,
                              EFI_DISK_IO2_TOKEN* token) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).Flush(token);
}

}  // namespace

DiskIo::DiskIo(BlockMedia& media)
    : EFI_DISK_IO_PROTOCOL{.Revision = abi::EFI_DISK_IO_PROTOCOL_REVISION,
                           .ReadDisk = efi::ReadDisk,
                           .WriteDisk = efi::WriteDisk},
      media_(media) {}

EFI_STATUS DiskIo::Transfer(TransferDirection direction,
                            UINT32 media_id,
                            UINT64 offset,
                            UINTN size,
                            VOID* buffer) {
  BlockTransfer transfer;
  const EFI_STATUS status =
      media_.CheckBytes(direction, media_id, offset, size, buffer, transfer);
  return abi::EFI_ERROR(status) ? status : media_.Run(transfer);
}

DiskIo2::DiskIo2(BlockMedia& media, EventServices& events)
    : EFI_DISK_IO2_PROTOCOL{.Revision = abi::EFI_DISK_IO2_PROTOCOL_REVISION,
                            .Cancel = efi::Cancel,
                            .ReadDiskEx = efi::ReadDiskEx,
                            .WriteDiskEx = efi::WriteDiskEx,
                            .FlushDiskEx = efi::FlushDiskEx},
      media_(media),
      events_(events) {}

EFI_STATUS DiskIo2::Transfer(TransferDirection direction,
                             UINT32 media_id,
                             UINT64 offset,
                             EFI_DISK_IO2_TOKEN* token,
                             UINTN size,
                             VOID* buffer) {
  BlockTransfer transfer;
  const EFI_STATUS status =
      media_.CheckBytes(direction, media_id, offset, size, buffer, transfer);
  if (abi::EFI_ERROR(status)) return status;
  return Complete(events_, token, &EFI_DISK_IO2_TOKEN::TransactionStatus, [&] {
    return media_.Run(transfer);
  });
}

EFI_STATUS DiskIo2::Flush(EFI_DISK_IO2_TOKEN* token) {
  return Complete(events_, token, &EFI_DISK_IO2_TOKEN::TransactionStatus, [&] {
    return media_.Flush();
  });
}

}  // namespace flint::efi
