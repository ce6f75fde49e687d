// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_DISK_IO_PROTOCOL_GUID =
    EFI_GUID::Of("ce345171-ba0b-11d2-8e4f-00a0c969723b");

inline constexpr UINT64 EFI_DISK_IO_PROTOCOL_REVISION = 0x0001'0000;

struct EFI_DISK_IO_PROTOCOL;
using EFI_DISK_READ = EFI_STATUS(EFIAPI*)(EFI_DISK_IO_PROTOCOL* This,
                                          UINT32 MediaId,
                                          UINT64 Offset,
                                          UINTN BufferSize,
                                          VOID* Buffer);
using EFI_DISK_WRITE = EFI_STATUS(EFIAPI*)(EFI_DISK_IO_PROTOCOL* This,
                                           UINT32 MediaId,
                                           UINT64 Offset,
                                           UINTN BufferSize,
                                           VOID* Buffer);

/// [uefi-2.10 13.7]
struct EFI_DISK_IO_PROTOCOL {
  UINT64 Revision;
  EFI_DISK_READ ReadDisk;
  EFI_DISK_WRITE WriteDisk;
};
static_assert(sizeof(EFI_DISK_IO_PROTOCOL) == 24);

inline constexpr EFI_GUID EFI_DISK_IO2_PROTOCOL_GUID =
    EFI_GUID::Of("151c8eae-7f2c-472c-9e54-9828194f6a88");

inline constexpr UINT64 EFI_DISK_IO2_PROTOCOL_REVISION = 0x0002'0000;

struct EFI_DISK_IO2_TOKEN {
  EFI_EVENT Event;
  EFI_STATUS TransactionStatus;
};
static_assert(sizeof(EFI_DISK_IO2_TOKEN) == 16);

struct EFI_DISK_IO2_PROTOCOL;
using EFI_DISK_CANCEL_EX = EFI_STATUS(EFIAPI*)(EFI_DISK_IO2_PROTOCOL* This);
using EFI_DISK_READ_EX = EFI_STATUS(EFIAPI*)(EFI_DISK_IO2_PROTOCOL* This,
                                             UINT32 MediaId,
                                             UINT64 Offset,
                                             EFI_DISK_IO2_TOKEN* Token,
                                             UINTN BufferSize,
                                             VOID* Buffer);
using EFI_DISK_WRITE_EX = EFI_STATUS(EFIAPI*)(EFI_DISK_IO2_PROTOCOL* This,
                                              UINT32 MediaId,
                                              UINT64 Offset,
                                              EFI_DISK_IO2_TOKEN* Token,
                                              UINTN BufferSize,
                                              VOID* Buffer);
using EFI_DISK_FLUSH_EX = EFI_STATUS(EFIAPI*)(EFI_DISK_IO2_PROTOCOL* This,
                                              EFI_DISK_IO2_TOKEN* Token);

/// [uefi-2.10 13.8]
struct EFI_DISK_IO2_PROTOCOL {
  UINT64 Revision;
  EFI_DISK_CANCEL_EX Cancel;
  EFI_DISK_READ_EX ReadDiskEx;
  EFI_DISK_WRITE_EX WriteDiskEx;
  EFI_DISK_FLUSH_EX FlushDiskEx;
};
static_assert(sizeof(EFI_DISK_IO2_PROTOCOL) == 40);

}  // namespace flint::efi::abi
