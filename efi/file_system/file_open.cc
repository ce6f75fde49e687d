// SPDX-License-Identifier: Apache-2.0
#include <new>
#include <string_view>

#include "efi/file_system/file_handle.h"
#include "efi/file_system/file_info.h"
#include "efi/file_system/file_path.h"
#include "efi/file_system/file_status.h"

namespace flint::efi {
namespace {

using abi::EFI_STATUS;
using abi::UINT64;

constexpr UINT64 kModeRead = abi::EFI_FILE_MODE_READ;
constexpr UINT64 kModeReadWrite = kModeRead | abi::EFI_FILE_MODE_WRITE;
constexpr UINT64 kModeCreate = kModeReadWrite | abi::EFI_FILE_MODE_CREATE;

/// What the specification allows to ask for. [uefi-2.10 13.5.2]
EFI_STATUS CheckMode(UINT64 open_mode, UINT64 attributes) {
  switch (open_mode) {
    case kModeRead:
    case kModeReadWrite:
      return abi::EFI_SUCCESS;
    case kModeCreate:
      return (attributes & ~abi::EFI_FILE_VALID_ATTR) == 0
                 ? abi::EFI_SUCCESS
                 : abi::EFI_INVALID_PARAMETER;
    default:
      return abi::EFI_INVALID_PARAMETER;
  }
}

bool IsLink(std::string_view name) { return name == "." || name == ".."; }

}  // namespace

FileHandle::FileHandle(SimpleFileSystem& volume, OpenFile& open, Access access)
    : EFI_FILE_PROTOCOL(FileProtocolFunctions()),
      volume_(volume),
      open_(open),
      access_(access) {}

EFI_STATUS FileHandle::Create(SimpleFileSystem& volume,
                              const volume::File& file,
                              const volume::File& parent,
                              Access access,
                              abi::EFI_FILE_PROTOCOL** handle) {
  void* const memory = volume.pool().Allocate(sizeof(FileHandle));
  if (memory == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  OpenFile* const open = volume.Acquire(file, parent);
  if (open == nullptr) {
    static_cast<void>(volume.pool().FreePool(memory));
    return abi::EFI_OUT_OF_RESOURCES;
  }
  *handle = ::new (memory) FileHandle(volume, *open, access);
  return abi::EFI_SUCCESS;
}

EFI_STATUS FileHandle::Open(abi::EFI_FILE_PROTOCOL** new_handle,
                            const abi::CHAR16* file_name,
                            UINT64 open_mode,
                            UINT64 attributes) {
  const EFI_STATUS status = CheckMode(open_mode, attributes);
  if (abi::EFI_ERROR(status)) return status;
  if (open_mode != kModeRead && volume_.writer() == nullptr) {
    return abi::EFI_WRITE_PROTECTED;
  }
  if (open_.deleted) return abi::EFI_NOT_FOUND;
  const std::u16string_view name(file_name);
  const Utf8Text path(volume_.pool(), name);
  if (!path.valid()) return abi::EFI_OUT_OF_RESOURCES;
  return OpenPath(new_handle, path.view(), open_mode, attributes);
}

EFI_STATUS FileHandle::OpenPath(abi::EFI_FILE_PROTOCOL** new_handle,
                                std::string_view path,
                                UINT64 open_mode,
                                UINT64 attributes) {
  const bool is_absolute = !path.empty() && IsSeparator(path.front());
  if (!is_absolute && !is_directory()) return abi::EFI_INVALID_PARAMETER;
  const volume::File base = is_absolute ? volume_.files().root() : file();
  Located located;
  EFI_STATUS status = Locate(base, path, located);
  if (status == abi::EFI_SUCCESS) {
    status = CheckExisting(located, open_mode, attributes);
  } else if (status == abi::EFI_NOT_FOUND && open_mode == kModeCreate) {
    status = CreateFile(base, path, attributes, located);
  }
  if (abi::EFI_ERROR(status)) return status;
  return Create(volume_,
                located.file,
                located.parent,
                open_mode == kModeRead ? Access::kRead : Access::kReadWrite,
                new_handle);
}

EFI_STATUS FileHandle::Locate(const volume::File& base,
                              std::string_view path,
                              Located& located) {
  volume::FileSystem& files = volume_.files();
  const PathParts parts = SplitPath(path);
  if (parts.name.empty()) {
    located = {.file = base, .parent = base};
    return abi::EFI_SUCCESS;
  }
  // A link leads to a directory, whose own ".." tells its parent.
  const std::string_view directory =
      IsLink(parts.name) ? path : parts.directory;
  const auto parent = files.Open(base, directory);
  if (!parent) return ReadStatus(parent.error());
  if (!parent->is_directory) return abi::EFI_NOT_FOUND;
  located = {.file = *parent, .parent = *parent};
  if (IsLink(parts.name)) return abi::EFI_SUCCESS;
  const auto file = files.Open(*parent, parts.name);
  if (!file) return ReadStatus(file.error());
  located.file = *file;
  return abi::EFI_SUCCESS;
}

EFI_STATUS FileHandle::CheckExisting(const Located& located,
                                     UINT64 open_mode,
                                     UINT64 attributes) {
  if (open_mode == kModeRead || located.file.is_directory) {
    return abi::EFI_SUCCESS;
  }
  if (open_mode == kModeCreate && (attributes & abi::EFI_FILE_DIRECTORY) != 0) {
    return abi::EFI_ACCESS_DENIED;
  }
  OpenFile existing;
  existing.file = located.file;
  existing.parent = located.parent;
  const auto entry = volume_.Describe(existing);
  if (!entry) return ReadStatus(entry.error());
  return entry->attributes.read_only ? abi::EFI_ACCESS_DENIED
                                     : abi::EFI_SUCCESS;
}

EFI_STATUS FileHandle::CreateFile(const volume::File& base,
                                  std::string_view path,
                                  UINT64 attributes,
                                  Located& located) {
  const PathParts parts = SplitPath(path);
  const auto parent = volume_.files().Open(base, parts.directory);
  if (!parent) return ReadStatus(parent.error());
  if (!parent->is_directory) return abi::EFI_NOT_FOUND;
  const volume::Timestamp now = volume_.Now();
  const auto file =
      volume_.writer()->Create(*parent,
                               parts.name,
                               (attributes & abi::EFI_FILE_DIRECTORY) != 0,
                               {.attributes = FromEfiAttributes(attributes),
                                .created = now,
                                .modified = now,
                                .accessed = now});
  if (!file) return WriteStatus(file.error());
  located = {.file = *file, .parent = *parent};
  return abi::EFI_SUCCESS;
}

void FileHandle::Close() {
  if (has_unflushed_writes_ && !open_.deleted) static_cast<void>(Flush());
  SimpleFileSystem& volume = volume_;
  volume.Release(open_);
  // Trivially destructible: its memory is all there is to give back.
  static_cast<void>(volume.pool().FreePool(this));
}

EFI_STATUS FileHandle::Delete() {
  const Status removed = Remove();
  if (removed) {
    open_.deleted = true;
    static_cast<void>(volume_.writer()->Flush());
  }
  Close();
  return removed ? abi::EFI_SUCCESS : abi::EFI_WARN_DELETE_FAILURE;
}

Status FileHandle::Remove() {
  volume::FileWriter* const writer = volume_.writer();
  if (writer == nullptr || !is_writable()) {
    return Fail(ErrorCode::kReadOnly, "file was opened for reading");
  }
  if (open_.deleted || volume_.IsRoot(file())) {
    return Fail(ErrorCode::kInvalidArgument, "nothing that can be deleted");
  }
  if (is_directory()) {
    volume::DirectoryCursor cursor;
    volume::DirectoryEntry entry;
    if (TRY(volume_.files().List(file(), cursor, entry))) {
      return Fail(ErrorCode::kInvalidArgument, "directory is not empty");
    }
  }
  return writer->Remove(file());
}

}  // namespace flint::efi
