// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "efi/file_system/file_handle.h"
#include "efi/file_system/file_info.h"
#include "efi/file_system/file_status.h"

namespace flint::efi {

using abi::EFI_STATUS;
using abi::UINT64;
using abi::UINTN;
using abi::VOID;

EFI_STATUS FileHandle::Read(UINTN* buffer_size, VOID* buffer) {
  if (open_.deleted) return abi::EFI_DEVICE_ERROR;
  if (is_directory()) return ReadDirectory(buffer_size, buffer);
  if (position_ > file().size_bytes) return abi::EFI_DEVICE_ERROR;
  const UINTN size =
      std::min<UINT64>(*buffer_size, file().size_bytes - position_);
  if (size > 0) {
    if (buffer == nullptr) return abi::EFI_INVALID_PARAMETER;
    const Status read = volume_.Read(
        file(), position_, {static_cast<std::byte*>(buffer), size});
    if (!read) return ReadStatus(read.error());
  }
  position_ += size;
  *buffer_size = size;
  return abi::EFI_SUCCESS;
}

/// One entry; its position moves on only if it was taken.
EFI_STATUS FileHandle::ReadDirectory(UINTN* buffer_size, VOID* buffer) {
  volume::DirectoryCursor next = cursor_;
  volume::DirectoryEntry entry;
  const auto listed = volume_.files().List(file(), next, entry);
  if (!listed) return ReadStatus(listed.error());
  if (!*listed) {
    *buffer_size = 0;
    return abi::EFI_SUCCESS;
  }
  const EFI_STATUS status =
      PutFileInfo(entry, volume_.cluster_size_bytes(), buffer_size, buffer);
  if (!abi::EFI_ERROR(status)) cursor_ = next;
  return status;
}

EFI_STATUS FileHandle::Write(UINTN* buffer_size, const VOID* buffer) {
  if (open_.deleted) return abi::EFI_DEVICE_ERROR;
  if (is_directory()) return abi::EFI_UNSUPPORTED;
  volume::FileWriter* const writer = volume_.writer();
  if (writer == nullptr) return abi::EFI_WRITE_PROTECTED;
  if (!is_writable()) return abi::EFI_ACCESS_DENIED;
  if (*buffer_size == 0) return abi::EFI_SUCCESS;
  if (buffer == nullptr) return abi::EFI_INVALID_PARAMETER;
  const Bytes data(static_cast<const std::byte*>(buffer), *buffer_size);
  const Status written =
      writer->Write(open_.file, position_, data, volume_.Now());
  has_unflushed_writes_ = true;
  if (!written) {
    *buffer_size = 0;
    return WriteStatus(written.error());
  }
  position_ += data.size();
  return abi::EFI_SUCCESS;
}

EFI_STATUS FileHandle::GetPosition(UINT64* position) {
  if (open_.deleted) return abi::EFI_DEVICE_ERROR;
  if (is_directory()) return abi::EFI_UNSUPPORTED;
  *position = position_;
  return abi::EFI_SUCCESS;
}

EFI_STATUS FileHandle::SetPosition(UINT64 position) {
  if (open_.deleted) return abi::EFI_DEVICE_ERROR;
  if (is_directory()) {
    if (position != 0) return abi::EFI_UNSUPPORTED;
    cursor_ = {};
    return abi::EFI_SUCCESS;
  }
  position_ =
      position == abi::EFI_FILE_POSITION_END ? file().size_bytes : position;
  return abi::EFI_SUCCESS;
}

EFI_STATUS FileHandle::Flush() {
  if (open_.deleted) return abi::EFI_DEVICE_ERROR;
  if (!is_writable()) return abi::EFI_ACCESS_DENIED;
  volume::FileWriter* const writer = volume_.writer();
  if (writer == nullptr) return abi::EFI_WRITE_PROTECTED;
  const EFI_STATUS status = WriteStatus(writer->Flush());
  if (!abi::EFI_ERROR(status)) has_unflushed_writes_ = false;
  return status;
}

}  // namespace flint::efi
