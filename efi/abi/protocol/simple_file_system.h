// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/time.h"
#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID =
    EFI_GUID::Of("964e5b22-6459-11d2-8e39-00a0c969723b");

inline constexpr UINT64 EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_REVISION = 0x0001'0000;

struct EFI_FILE_PROTOCOL;
struct EFI_SIMPLE_FILE_SYSTEM_PROTOCOL;
using EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_OPEN_VOLUME = EFI_STATUS(EFIAPI*)(
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL* This, EFI_FILE_PROTOCOL** Root);

/// [uefi-2.10 13.4]
struct EFI_SIMPLE_FILE_SYSTEM_PROTOCOL {
  UINT64 Revision;
  EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_OPEN_VOLUME OpenVolume;
};
static_assert(sizeof(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL) == 16);

inline constexpr UINT64 EFI_FILE_PROTOCOL_REVISION = 0x0001'0000;
inline constexpr UINT64 EFI_FILE_PROTOCOL_REVISION2 = 0x0002'0000;
inline constexpr UINT64 EFI_FILE_PROTOCOL_LATEST_REVISION =
    EFI_FILE_PROTOCOL_REVISION2;

// Open modes. [uefi-2.10 13.5.2]
inline constexpr UINT64 EFI_FILE_MODE_READ = 0x1;
inline constexpr UINT64 EFI_FILE_MODE_WRITE = 0x2;
inline constexpr UINT64 EFI_FILE_MODE_CREATE = 0x8000'0000'0000'0000;

// File attributes. [uefi-2.10 13.5.2]
inline constexpr UINT64 EFI_FILE_READ_ONLY = 0x01;
inline constexpr UINT64 EFI_FILE_HIDDEN = 0x02;
inline constexpr UINT64 EFI_FILE_SYSTEM = 0x04;
inline constexpr UINT64 EFI_FILE_RESERVED = 0x08;
inline constexpr UINT64 EFI_FILE_DIRECTORY = 0x10;
inline constexpr UINT64 EFI_FILE_ARCHIVE = 0x20;
inline constexpr UINT64 EFI_FILE_VALID_ATTR = 0x37;

/// The position that means the end of the file.
inline constexpr UINT64 EFI_FILE_POSITION_END = 0xFFFF'FFFF'FFFF'FFFF;

struct EFI_FILE_IO_TOKEN {
  EFI_EVENT Event;
  EFI_STATUS Status;
  UINTN BufferSize;
  VOID* Buffer;
};
static_assert(sizeof(EFI_FILE_IO_TOKEN) == 32);

using EFI_FILE_OPEN = EFI_STATUS(EFIAPI*)(EFI_FILE_PROTOCOL* This,
                                          EFI_FILE_PROTOCOL** NewHandle,
                                          CHAR16* FileName,
                                          UINT64 OpenMode,
                                          UINT64 Attributes);
using EFI_FILE_CLOSE = EFI_STATUS(EFIAPI*)(EFI_FILE_PROTOCOL* This);
using EFI_FILE_DELETE = EFI_STATUS(EFIAPI*)(EFI_FILE_PROTOCOL* This);
using EFI_FILE_READ = EFI_STATUS(EFIAPI*)(EFI_FILE_PROTOCOL* This,
                                          UINTN* BufferSize,
                                          VOID* Buffer);
using EFI_FILE_WRITE = EFI_STATUS(EFIAPI*)(EFI_FILE_PROTOCOL* This,
                                           UINTN* BufferSize,
                                           VOID* Buffer);
using EFI_FILE_GET_POSITION = EFI_STATUS(EFIAPI*)(EFI_FILE_PROTOCOL* This,
                                                  UINT64* Position);
using EFI_FILE_SET_POSITION = EFI_STATUS(EFIAPI*)(EFI_FILE_PROTOCOL* This,
                                                  UINT64 Position);
using EFI_FILE_GET_INFO = EFI_STATUS(EFIAPI*)(EFI_FILE_PROTOCOL* This,
                                              EFI_GUID* InformationType,
                                              UINTN* BufferSize,
                                              VOID* Buffer);
using EFI_FILE_SET_INFO = EFI_STATUS(EFIAPI*)(EFI_FILE_PROTOCOL* This,
                                              EFI_GUID* InformationType,
                                              UINTN BufferSize,
                                              VOID* Buffer);
using EFI_FILE_FLUSH = EFI_STATUS(EFIAPI*)(EFI_FILE_PROTOCOL* This);
using EFI_FILE_OPEN_EX = EFI_STATUS(EFIAPI*)(EFI_FILE_PROTOCOL* This,
                                             EFI_FILE_PROTOCOL** NewHandle,
                                             CHAR16* FileName,
                                             UINT64 OpenMode,
                                             UINT64 Attributes,
                                             EFI_FILE_IO_TOKEN* Token);
using EFI_FILE_READ_EX = EFI_STATUS(EFIAPI*)(EFI_FILE_PROTOCOL* This,
                                             EFI_FILE_IO_TOKEN* Token);
using EFI_FILE_WRITE_EX = EFI_STATUS(EFIAPI*)(EFI_FILE_PROTOCOL* This,
                                              EFI_FILE_IO_TOKEN* Token);
using EFI_FILE_FLUSH_EX = EFI_STATUS(EFIAPI*)(EFI_FILE_PROTOCOL* This,
                                              EFI_FILE_IO_TOKEN* Token);

/// [uefi-2.10 13.5]
struct EFI_FILE_PROTOCOL {
  UINT64 Revision;
  EFI_FILE_OPEN Open;
  EFI_FILE_CLOSE Close;
  EFI_FILE_DELETE Delete;
  EFI_FILE_READ Read;
  EFI_FILE_WRITE Write;
  EFI_FILE_GET_POSITION GetPosition;
  EFI_FILE_SET_POSITION SetPosition;
  EFI_FILE_GET_INFO GetInfo;
  EFI_FILE_SET_INFO SetInfo;
  EFI_FILE_FLUSH Flush;
  // Since revision 2.
  EFI_FILE_OPEN_EX OpenEx;
  EFI_FILE_READ_EX ReadEx;
  EFI_FILE_WRITE_EX WriteEx;
  EFI_FILE_FLUSH_EX FlushEx;
};
static_assert(sizeof(EFI_FILE_PROTOCOL) == 120);

inline constexpr EFI_GUID EFI_FILE_INFO_ID =
    EFI_GUID::Of("09576e92-6d3f-11d2-8e39-00a0c969723b");

/// A NUL-terminated file name follows at `SIZE_OF_EFI_FILE_INFO`.
/// [uefi-2.10 13.5.16]
struct EFI_FILE_INFO {
  UINT64 Size;
  UINT64 FileSize;
  UINT64 PhysicalSize;
  EFI_TIME CreateTime;
  EFI_TIME LastAccessTime;
  EFI_TIME ModificationTime;
  UINT64 Attribute;
};
static_assert(sizeof(EFI_FILE_INFO) == 80);
inline constexpr UINTN SIZE_OF_EFI_FILE_INFO = 80;

inline constexpr EFI_GUID EFI_FILE_SYSTEM_INFO_ID =
    EFI_GUID::Of("09576e93-6d3f-11d2-8e39-00a0c969723b");

/// A NUL-terminated volume label follows at `SIZE_OF_EFI_FILE_SYSTEM_INFO`,
/// which is not `sizeof`. [uefi-2.10 13.5.17]
struct EFI_FILE_SYSTEM_INFO {
  UINT64 Size;
  BOOLEAN ReadOnly;
  UINT64 VolumeSize;
  UINT64 FreeSpace;
  UINT32 BlockSize;
};
static_assert(sizeof(EFI_FILE_SYSTEM_INFO) == 40);
inline constexpr UINTN SIZE_OF_EFI_FILE_SYSTEM_INFO = 36;

/// The whole of it is a NUL-terminated volume label. [uefi-2.10 13.5.18]
inline constexpr EFI_GUID EFI_FILE_SYSTEM_VOLUME_LABEL_ID =
    EFI_GUID::Of("db47d7d3-fe81-11d3-9a35-0090273fc14d");

}  // namespace flint::efi::abi
