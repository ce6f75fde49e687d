// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_BLOCK_IO_PROTOCOL_GUID =
    EFI_GUID::Of("964e5b21-6459-11d2-8e39-00a0c969723b");

inline constexpr UINT64 EFI_BLOCK_IO_PROTOCOL_REVISION2 = 0x0002'0001;
inline constexpr UINT64 EFI_BLOCK_IO_PROTOCOL_REVISION3 = (2 << 16) | 31;

/// [uefi-2.10 13.9]
struct EFI_BLOCK_IO_MEDIA {
  UINT32 MediaId;
  BOOLEAN RemovableMedia;
  BOOLEAN MediaPresent;
  BOOLEAN LogicalPartition;
  BOOLEAN ReadOnly;
  BOOLEAN WriteCaching;
  UINT32 BlockSize;
  UINT32 IoAlign;
  EFI_LBA LastBlock;

  // Since revision 2.
  EFI_LBA LowestAlignedLba;
  UINT32 LogicalBlocksPerPhysicalBlock;
  // Since revision 3.
  UINT32 OptimalTransferLengthGranularity;
};
static_assert(sizeof(EFI_BLOCK_IO_MEDIA) == 48);
static_assert(offsetof(EFI_BLOCK_IO_MEDIA, BlockSize) == 12);

struct EFI_BLOCK_IO_PROTOCOL;
using EFI_BLOCK_RESET = EFI_STATUS(EFIAPI*)(EFI_BLOCK_IO_PROTOCOL* This,
                                            BOOLEAN ExtendedVerification);
using EFI_BLOCK_READ = EFI_STATUS(EFIAPI*)(EFI_BLOCK_IO_PROTOCOL* This,
                                           UINT32 MediaId,
                                           EFI_LBA LBA,
                                           UINTN BufferSize,
                                           VOID* Buffer);
using EFI_BLOCK_WRITE = EFI_STATUS(EFIAPI*)(EFI_BLOCK_IO_PROTOCOL* This,
                                            UINT32 MediaId,
                                            EFI_LBA LBA,
                                            UINTN BufferSize,
                                            VOID* Buffer);
using EFI_BLOCK_FLUSH = EFI_STATUS(EFIAPI*)(EFI_BLOCK_IO_PROTOCOL* This);

struct EFI_BLOCK_IO_PROTOCOL {
  UINT64 Revision;
  EFI_BLOCK_IO_MEDIA* Media;
  EFI_BLOCK_RESET Reset;
  EFI_BLOCK_READ ReadBlocks;
  EFI_BLOCK_WRITE WriteBlocks;
  EFI_BLOCK_FLUSH FlushBlocks;
};
static_assert(sizeof(EFI_BLOCK_IO_PROTOCOL) == 48);

inline constexpr EFI_GUID EFI_BLOCK_IO2_PROTOCOL_GUID =
    EFI_GUID::Of("a77b2472-e282-4e9f-a245-c2c0e27bbcc1");

struct EFI_BLOCK_IO2_TOKEN {
  EFI_EVENT Event;
  EFI_STATUS TransactionStatus;
};
static_assert(sizeof(EFI_BLOCK_IO2_TOKEN) == 16);

struct EFI_BLOCK_IO2_PROTOCOL;
using EFI_BLOCK_RESET_EX = EFI_STATUS(EFIAPI*)(EFI_BLOCK_IO2_PROTOCOL* This,
                                               BOOLEAN ExtendedVerification);
using EFI_BLOCK_READ_EX = EFI_STATUS(EFIAPI*)(EFI_BLOCK_IO2_PROTOCOL* This,
                                              UINT32 MediaId,
                                              EFI_LBA LBA,
                                              EFI_BLOCK_IO2_TOKEN* Token,
                                              UINTN BufferSize,
                                              VOID* Buffer);
using EFI_BLOCK_WRITE_EX = EFI_STATUS(EFIAPI*)(EFI_BLOCK_IO2_PROTOCOL* This,
                                               UINT32 MediaId,
                                               EFI_LBA LBA,
                                               EFI_BLOCK_IO2_TOKEN* Token,
                                               UINTN BufferSize,
                                               VOID* Buffer);
using EFI_BLOCK_FLUSH_EX = EFI_STATUS(EFIAPI*)(EFI_BLOCK_IO2_PROTOCOL* This,
                                               EFI_BLOCK_IO2_TOKEN* Token);

/// [uefi-2.10 13.10]
struct EFI_BLOCK_IO2_PROTOCOL {
  EFI_BLOCK_IO_MEDIA* Media;
  EFI_BLOCK_RESET_EX Reset;
  EFI_BLOCK_READ_EX ReadBlocksEx;
  EFI_BLOCK_WRITE_EX WriteBlocksEx;
  EFI_BLOCK_FLUSH_EX FlushBlocksEx;
};
static_assert(sizeof(EFI_BLOCK_IO2_PROTOCOL) == 40);

}  // namespace flint::efi::abi
