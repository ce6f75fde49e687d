// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "efi/abi/protocol/simple_file_system.h"
#include "efi/abi/status.h"
#include "efi/abi/time.h"
#include "fs/volume/file_system.h"

/// The structures in which the file protocol tells of files and volumes.
namespace flint::efi {

/// Timestamps and attributes as UEFI has them. [uefi-2.10 8.3.1, 13.5.16]
abi::EFI_TIME ToEfiTime(const volume::Timestamp& timestamp);
abi::UINT64 ToEfiAttributes(const volume::DirectoryEntry& entry);

/// The reverse; nothing if it is no time. A time of all zeros is one that is
/// not told.
std::optional<volume::Timestamp> FromEfiTime(const abi::EFI_TIME& time);
volume::FileAttributes FromEfiAttributes(abi::UINT64 attributes);

/// Fills `buffer` with an EFI_FILE_INFO, or a directory entry as reading a
/// directory gives it. Sets `*buffer_size` to its size, which
/// EFI_BUFFER_TOO_SMALL says was not given. [uefi-2.10 13.5.16]
abi::EFI_STATUS PutFileInfo(const volume::DirectoryEntry& entry,
                            uint64_t cluster_size_bytes,
                            abi::UINTN* buffer_size,
                            abi::VOID* buffer);

/// The same for an EFI_FILE_SYSTEM_INFO. [uefi-2.10 13.5.17]
abi::EFI_STATUS PutFileSystemInfo(const volume::VolumeInfo& info,
                                  bool read_only,
                                  abi::UINTN* buffer_size,
                                  abi::VOID* buffer);

/// The same for a volume label alone. [uefi-2.10 13.5.18]
abi::EFI_STATUS PutVolumeLabel(const volume::VolumeInfo& info,
                               abi::UINTN* buffer_size,
                               abi::VOID* buffer);

/// The text at `offset` of a structure of `buffer_size` bytes, without its
/// terminator; nothing if it does not end within.
std::optional<std::span<const abi::CHAR16>> TextAt(const abi::VOID* buffer,
                                                   abi::UINTN buffer_size,
                                                   abi::UINTN offset);

}  // namespace flint::efi
