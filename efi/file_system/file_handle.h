// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "efi/abi/protocol/simple_file_system.h"
#include "efi/abi/status.h"
#include "efi/file_system/simple_file_system.h"
#include "fs/volume/file_system.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// EFI_FILE_PROTOCOL, revision 2: one open file or directory. Lives in the pool
/// until it is closed or deleted. [uefi-2.10 13.5]
///
/// The methods are the protocol's functions; what they return is what those
/// return. Pointers are checked by them.
class FileHandle final : public abi::EFI_FILE_PROTOCOL {
 public:
  enum class Access : uint8_t { kRead, kReadWrite };

  /// A handle of `file`, which is in `parent`. EFI_OUT_OF_RESOURCES.
  static abi::EFI_STATUS Create(SimpleFileSystem& volume,
                                const volume::File& file,
                                const volume::File& parent,
                                Access access,
                                abi::EFI_FILE_PROTOCOL** handle);

  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;

  // file_open.cc
  abi::EFI_STATUS Open(abi::EFI_FILE_PROTOCOL** new_handle,
                       const abi::CHAR16* file_name,
                       abi::UINT64 open_mode,
                       abi::UINT64 attributes);
  /// Ends the handle's life.
  void Close();
  /// Ends the handle's life, whether or not the file can be deleted.
  abi::EFI_STATUS Delete();

  // file_data.cc
  abi::EFI_STATUS Read(abi::UINTN* buffer_size, abi::VOID* buffer);
  abi::EFI_STATUS Write(abi::UINTN* buffer_size, const abi::VOID* buffer);
  abi::EFI_STATUS GetPosition(abi::UINT64* position);
  abi::EFI_STATUS SetPosition(abi::UINT64 position);
  abi::EFI_STATUS Flush();

  // file_information.cc
  abi::EFI_STATUS GetInfo(const abi::EFI_GUID& type,
                          abi::UINTN* buffer_size,
                          abi::VOID* buffer);
  abi::EFI_STATUS SetInfo(const abi::EFI_GUID& type,
                          abi::UINTN buffer_size,
                          const abi::VOID* buffer);

  SimpleFileSystem& volume() { return volume_; }

 private:
  FileHandle(SimpleFileSystem& volume, OpenFile& open, Access access);

  /// What stands at the end of a path.
  struct Located {
    volume::File file;
    volume::File parent;
  };

  const volume::File& file() const { return open_.file; }
  bool is_directory() const { return open_.file.is_directory; }
  bool is_writable() const { return access_ == Access::kReadWrite; }

  abi::EFI_STATUS OpenPath(abi::EFI_FILE_PROTOCOL** new_handle,
                           std::string_view path,
                           abi::UINT64 open_mode,
                           abi::UINT64 attributes);
  abi::EFI_STATUS Locate(const volume::File& base,
                         std::string_view path,
                         Located& located);
  abi::EFI_STATUS CheckExisting(const Located& located,
                                abi::UINT64 open_mode,
                                abi::UINT64 attributes);
  abi::EFI_STATUS CreateFile(const volume::File& base,
                             std::string_view path,
                             abi::UINT64 attributes,
                             Located& located);
  Status Remove();

  abi::EFI_STATUS ReadDirectory(abi::UINTN* buffer_size, abi::VOID* buffer);

  abi::EFI_STATUS SetFileInfo(abi::UINTN buffer_size, const abi::VOID* buffer);
  abi::EFI_STATUS ApplyFileInfo(const abi::EFI_FILE_INFO& wanted,
                                std::string_view name);
  abi::EFI_STATUS ApplyName(std::string_view name);
  abi::EFI_STATUS SetLabel(abi::UINTN buffer_size,
                           const abi::VOID* buffer,
                           abi::UINTN offset);

  SimpleFileSystem& volume_;
  OpenFile& open_;
  Access access_;
  bool has_unflushed_writes_ = false;
  uint64_t position_ = 0;           // of a file
  volume::DirectoryCursor cursor_;  // of a directory
};

/// The functions of the protocol, in a structure to copy. (file_protocol.cc)
abi::EFI_FILE_PROTOCOL FileProtocolFunctions();

}  // namespace flint::efi
