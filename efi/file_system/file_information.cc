// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <string_view>

#include "efi/file_system/file_handle.h"
#include "efi/file_system/file_info.h"
#include "efi/file_system/file_path.h"
#include "efi/file_system/file_status.h"

namespace flint::efi {
namespace {

using abi::EFI_GUID;
using abi::EFI_STATUS;
using abi::UINTN;
using abi::VOID;

/// A time that was not told changes nothing.
void Update(volume::Timestamp& current, const volume::Timestamp& wanted) {
  if (wanted.year != 0) current = wanted;
}

/// `entry` with what `wanted` says of attributes and times; false if it says
/// something impossible.
bool Merge(const abi::EFI_FILE_INFO& wanted,
           const volume::DirectoryEntry& entry,
           volume::FileMetadata& metadata) {
  const auto created = FromEfiTime(wanted.CreateTime);
  const auto modified = FromEfiTime(wanted.ModificationTime);
  const auto accessed = FromEfiTime(wanted.LastAccessTime);
  if (!created || !modified || !accessed) return false;
  metadata = {.attributes = FromEfiAttributes(wanted.Attribute),
              .created = entry.created,
              .modified = entry.modified,
              .accessed = entry.accessed};
  Update(metadata.created, *created);
  Update(metadata.modified, *modified);
  Update(metadata.accessed, *accessed);
  return true;
}

bool HasTimesOf(const volume::FileMetadata& metadata,
                const volume::DirectoryEntry& entry) {
  return metadata.created == entry.created &&
         metadata.modified == entry.modified &&
         metadata.accessed == entry.accessed;
}

}  // namespace

EFI_STATUS FileHandle::GetInfo(const EFI_GUID& type,
                               UINTN* buffer_size,
                               VOID* buffer) {
  if (open_.deleted) return abi::EFI_DEVICE_ERROR;
  if (type == abi::EFI_FILE_INFO_ID) {
    const auto entry = volume_.Describe(open_);
    if (!entry) return ReadStatus(entry.error());
    return PutFileInfo(
        *entry, volume_.cluster_size_bytes(), buffer_size, buffer);
  }
  const bool is_label = type == abi::EFI_FILE_SYSTEM_VOLUME_LABEL_ID;
  if (!is_label && type != abi::EFI_FILE_SYSTEM_INFO_ID) {
    return abi::EFI_UNSUPPORTED;
  }
  const auto info = volume_.DescribeVolume();
  if (!info) return ReadStatus(info.error());
  if (is_label) return PutVolumeLabel(*info, buffer_size, buffer);
  return PutFileSystemInfo(
      *info, volume_.writer() == nullptr, buffer_size, buffer);
}

EFI_STATUS FileHandle::SetInfo(const EFI_GUID& type,
                               UINTN buffer_size,
                               const VOID* buffer) {
  const bool is_file = type == abi::EFI_FILE_INFO_ID;
  const bool is_label = type == abi::EFI_FILE_SYSTEM_VOLUME_LABEL_ID;
  if (!is_file && !is_label && type != abi::EFI_FILE_SYSTEM_INFO_ID) {
    return abi::EFI_UNSUPPORTED;
  }
  if (open_.deleted) return abi::EFI_DEVICE_ERROR;
  if (volume_.writer() == nullptr) return abi::EFI_WRITE_PROTECTED;
  if (is_file) return SetFileInfo(buffer_size, buffer);
  return SetLabel(
      buffer_size, buffer, is_label ? 0 : abi::SIZE_OF_EFI_FILE_SYSTEM_INFO);
}

EFI_STATUS FileHandle::SetLabel(UINTN buffer_size,
                                const VOID* buffer,
                                UINTN offset) {
  const auto label = TextAt(buffer, buffer_size, offset);
  if (!label) return abi::EFI_BAD_BUFFER_SIZE;
  const Utf8Text text(volume_.pool(), *label);
  if (!text.valid()) return abi::EFI_OUT_OF_RESOURCES;
  return WriteStatus(volume_.writer()->SetLabel(text.view()));
}

EFI_STATUS FileHandle::SetFileInfo(UINTN buffer_size, const VOID* buffer) {
  const auto name = TextAt(buffer, buffer_size, abi::SIZE_OF_EFI_FILE_INFO);
  if (!name) return abi::EFI_BAD_BUFFER_SIZE;
  abi::EFI_FILE_INFO wanted;
  std::memcpy(&wanted, buffer, sizeof(wanted));
  if (wanted.Size > buffer_size) return abi::EFI_BAD_BUFFER_SIZE;
  if ((wanted.Attribute & ~abi::EFI_FILE_VALID_ATTR) != 0) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const Utf8Text text(volume_.pool(), *name);
  if (!text.valid()) return abi::EFI_OUT_OF_RESOURCES;
  return ApplyFileInfo(wanted, text.view());
}

/// [uefi-2.10 13.5.13]
EFI_STATUS FileHandle::ApplyFileInfo(const abi::EFI_FILE_INFO& wanted,
                                     std::string_view name) {
  const auto entry = volume_.Describe(open_);
  if (!entry) return ReadStatus(entry.error());
  volume::FileMetadata metadata;
  if (!Merge(wanted, *entry, metadata)) return abi::EFI_INVALID_PARAMETER;

  const bool is_directory_wanted =
      (wanted.Attribute & abi::EFI_FILE_DIRECTORY) != 0;
  const bool resizes = wanted.FileSize != file().size_bytes;
  const bool renames = name != entry->name();
  const bool has_new_times = !HasTimesOf(metadata, *entry);
  const bool has_new_attributes = metadata.attributes != entry->attributes;
  if (is_directory_wanted != is_directory() || (resizes && is_directory())) {
    return abi::EFI_ACCESS_DENIED;
  }
  // Who opened it for reading may change nothing but attributes.
  if (!is_writable() && (resizes || renames || has_new_times)) {
    return abi::EFI_ACCESS_DENIED;
  }
  // The root directory is described by nobody.
  if (volume_.IsRoot(file()) &&
      (renames || has_new_times || has_new_attributes)) {
    return abi::EFI_ACCESS_DENIED;
  }

  volume::FileWriter& writer = *volume_.writer();
  EFI_STATUS status = abi::EFI_SUCCESS;
  if (renames) status = ApplyName(name);
  if (!abi::EFI_ERROR(status) && resizes) {
    status =
        WriteStatus(writer.Resize(open_.file, wanted.FileSize, volume_.Now()));
  }
  if (!abi::EFI_ERROR(status) && (has_new_times || has_new_attributes)) {
    status = WriteStatus(writer.SetMetadata(open_.file, metadata));
  }
  has_unflushed_writes_ = is_writable();
  return status;
}

/// Gives the file another name, which may be a path from its directory or from
/// the root.
EFI_STATUS FileHandle::ApplyName(std::string_view name) {
  const PathParts parts = SplitPath(name);
  if (parts.name.empty()) return abi::EFI_INVALID_PARAMETER;
  auto directory = volume_.ParentOf(open_);
  if (!directory) return ReadStatus(directory.error());
  if (!parts.directory.empty()) {
    directory = IsSeparator(name.front())
                    ? volume_.files().Open(parts.directory)
                    : volume_.files().Open(*directory, parts.directory);
    if (!directory) return ReadStatus(directory.error());
  }
  // Another case of its own name is no other file.
  const auto existing = volume_.files().Open(*directory, parts.name);
  if (existing && !volume_.files().IsSame(*existing, file())) {
    return abi::EFI_ACCESS_DENIED;
  }
  const Status moved =
      volume_.writer()->Move(open_.file, *directory, parts.name);
  if (moved) open_.parent = *directory;
  return WriteStatus(moved);
}

}  // namespace flint::efi
