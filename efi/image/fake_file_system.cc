// SPDX-License-Identifier: Apache-2.0
#include "efi/image/fake_file_system.h"

#include <algorithm>
#include <cstring>

#include "efi/device_path/device_path.h"
#include "gtest/gtest.h"

namespace flint::efi {

using namespace abi;

struct FakeFileSystem::File {
  EFI_FILE_PROTOCOL abi{};
  FakeFileSystem* owner = nullptr;
  std::u16string path;
  size_t position = 0;

  static File& Of(EFI_FILE_PROTOCOL* protocol) {
    return *static_cast<File*>(static_cast<void*>(protocol));
  }

  static EFI_STATUS EFIAPI Open(EFI_FILE_PROTOCOL* protocol,
                                EFI_FILE_PROTOCOL** opened,
                                CHAR16* name,
                                UINT64 mode,
                                UINT64) {
    EXPECT_EQ(mode, EFI_FILE_MODE_READ);
    const File& file = Of(protocol);
    std::u16string path = name;
    if (!path.starts_with(u'\\')) path = file.path + u"\\" + path;
    EFI_FILE_PROTOCOL* const found = file.owner->Open(path);
    if (found == nullptr) return EFI_NOT_FOUND;
    *opened = found;
    return EFI_SUCCESS;
  }

  static EFI_STATUS EFIAPI Close(EFI_FILE_PROTOCOL* protocol) {
    File* const file = &Of(protocol);
    --file->owner->open_count_;
    delete file;
    return EFI_SUCCESS;
  }

  static EFI_STATUS EFIAPI Read(EFI_FILE_PROTOCOL* protocol,
                                UINTN* size,
                                VOID* buffer) {
    File& file = Of(protocol);
    FakeFileSystem& owner = *file.owner;
    if (EFI_ERROR(owner.read_status_) &&
        file.position >= owner.failing_offset_) {
      return owner.read_status_;
    }
    const std::vector<std::byte>& content = owner.files_.at(file.path);
    const size_t end = content.size() - owner.missing_bytes_;
    *size = std::min<size_t>(*size, end - std::min(end, file.position));
    owner.reads_.push_back({file.position, *size});
    std::memcpy(buffer, content.data() + file.position, *size);
    file.position += *size;
    return EFI_SUCCESS;
  }

  static EFI_STATUS EFIAPI SetPosition(EFI_FILE_PROTOCOL* protocol,
                                       UINT64 position) {
    Of(protocol).position = position;
    return EFI_SUCCESS;
  }

  static EFI_STATUS EFIAPI GetInfo(EFI_FILE_PROTOCOL* protocol,
                                   EFI_GUID* type,
                                   UINTN* size,
                                   VOID* buffer) {
    const File& file = Of(protocol);
    EXPECT_EQ(*type, EFI_FILE_INFO_ID);
    const std::u16string name =
        file.path.substr(file.path.find_last_of(u'\\') + 1);
    const size_t needed =
        SIZE_OF_EFI_FILE_INFO + (name.size() + 1) * sizeof(CHAR16);
    if (*size < needed) {
      *size = needed;
      return EFI_BUFFER_TOO_SMALL;
    }
    *size = needed;
    EFI_FILE_INFO info{};
    info.Size = needed;
    if (file.owner->IsDirectory(file.path)) {
      info.Attribute = EFI_FILE_DIRECTORY;
    } else {
      info.FileSize = file.owner->files_.at(file.path).size();
    }
    std::memcpy(buffer, &info, sizeof(info));
    std::memcpy(static_cast<std::byte*>(buffer) + SIZE_OF_EFI_FILE_INFO,
                name.c_str(),
                needed - SIZE_OF_EFI_FILE_INFO);
    return EFI_SUCCESS;
  }
};

FakeFileSystem::FakeFileSystem() {
  volume_.owner = this;
  volume_.abi.Revision = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_REVISION;
  volume_.abi.OpenVolume = [](EFI_SIMPLE_FILE_SYSTEM_PROTOCOL* protocol,
                              EFI_FILE_PROTOCOL** root) EFIAPI {
    auto* const volume = static_cast<Volume*>(static_cast<void*>(protocol));
    *root = volume->owner->Open(u"");
    return EFI_SUCCESS;
  };
}

FakeFileSystem::~FakeFileSystem() { EXPECT_EQ(open_count_, 0); }

void FakeFileSystem::Add(const std::u16string& path, Bytes content) {
  files_[path] = {content.begin(), content.end()};
}

bool FakeFileSystem::IsDirectory(const std::u16string& path) const {
  return std::ranges::any_of(files_, [&path](const auto& file) {
    return file.first.starts_with(path + u"\\");
  });
}

EFI_FILE_PROTOCOL* FakeFileSystem::Open(const std::u16string& path) {
  if (!files_.contains(path) && !IsDirectory(path)) return nullptr;
  auto* const file = new File;
  file->owner = this;
  file->path = path;
  file->abi.Revision = EFI_FILE_PROTOCOL_REVISION;
  file->abi.Open = File::Open;
  file->abi.Close = File::Close;
  file->abi.Read = File::Read;
  file->abi.SetPosition = File::SetPosition;
  file->abi.GetInfo = File::GetInfo;
  ++open_count_;
  return &file->abi;
}

FakeLoadFile::FakeLoadFile(Bytes content)
    : content_(content.begin(), content.end()) {
  first_.owner = this;
  first_.abi.LoadFile = [](EFI_LOAD_FILE_PROTOCOL* protocol,
                           EFI_DEVICE_PATH_PROTOCOL* path,
                           BOOLEAN policy,
                           UINTN* size,
                           VOID* buffer) EFIAPI {
    auto* const first = static_cast<First*>(static_cast<void*>(protocol));
    return first->owner->Load(path, policy, size, buffer);
  };
  second_.owner = this;
  second_.abi.LoadFile = [](EFI_LOAD_FILE2_PROTOCOL* protocol,
                            EFI_DEVICE_PATH_PROTOCOL* path,
                            BOOLEAN policy,
                            UINTN* size,
                            VOID* buffer) EFIAPI {
    auto* const second = static_cast<Second*>(static_cast<void*>(protocol));
    return second->owner->Load(path, policy, size, buffer);
  };
}

EFI_STATUS FakeLoadFile::Load(EFI_DEVICE_PATH_PROTOCOL* path,
                              BOOLEAN policy,
                              UINTN* size,
                              VOID* buffer) {
  ++call_count;
  boot_policy = policy;
  const auto checked = DevicePath::At(path);
  path_size = checked ? checked->body().size() : 0;
  if (EFI_ERROR(status_)) return status_;
  if (buffer == nullptr || *size < content_.size()) {
    *size = content_.size();
    return EFI_BUFFER_TOO_SMALL;
  }
  *size = content_.size();
  std::memcpy(buffer, content_.data(), content_.size());
  return EFI_SUCCESS;
}

}  // namespace flint::efi
