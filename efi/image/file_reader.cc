// SPDX-License-Identifier: Apache-2.0
#include "efi/image/file_reader.h"

#include <algorithm>
#include <cstring>

#include "platforms/base/endian.h"

namespace flint::efi {
namespace {

bool IsFilePathNode(const DeviceNode& node) {
  return node.Is(abi::MEDIA_DEVICE_PATH, abi::MEDIA_FILEPATH_DP);
}

/// A pool buffer until the end of its scope.
class PoolBuffer {
 public:
  PoolBuffer(PoolServices& pool, size_t size)
      : pool_(pool), buffer_(pool.Allocate(size)) {}
  ~PoolBuffer() {
    if (buffer_ != nullptr) pool_.FreePool(buffer_);
  }
  PoolBuffer(const PoolBuffer&) = delete;
  PoolBuffer& operator=(const PoolBuffer&) = delete;

  abi::VOID* get() const { return buffer_; }

 private:
  PoolServices& pool_;
  abi::VOID* buffer_;
};

}  // namespace

bool FileReader::IsFilePath(const DevicePath& path) {
  return !path.empty() && std::ranges::all_of(path, IsFilePathNode);
}

abi::EFI_STATUS FileReader::Open(abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL& volume,
                                 const DevicePath& path) {
  Close();
  const abi::EFI_STATUS status = volume.OpenVolume(&volume, &file_);
  if (abi::EFI_ERROR(status)) {
    file_ = nullptr;
    return status;
  }
  for (const DeviceNode node : path) {
    const abi::EFI_STATUS opened = OpenBelow(node);
    if (abi::EFI_ERROR(opened)) return opened;
  }
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS FileReader::OpenBelow(const DeviceNode& node) {
  // A copy: the node may lie at an odd address, and lack a terminator.
  const size_t unit_count = node.payload().size() / sizeof(abi::CHAR16);
  const size_t size = unit_count * sizeof(abi::CHAR16);
  const PoolBuffer copy(pool_, size + sizeof(abi::CHAR16));
  if (copy.get() == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  auto* const name = static_cast<abi::CHAR16*>(copy.get());
  std::memcpy(name, node.payload().data(), size);
  name[unit_count] = u'\0';

  abi::EFI_FILE_PROTOCOL* opened = nullptr;
  const abi::EFI_STATUS status =
      file_->Open(file_, &opened, name, abi::EFI_FILE_MODE_READ, 0);
  if (abi::EFI_ERROR(status)) return status;
  Close();
  file_ = opened;
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS FileReader::GetSize(uint64_t& size_bytes) {
  abi::EFI_GUID type = abi::EFI_FILE_INFO_ID;
  abi::UINTN info_size = 0;
  abi::EFI_STATUS status = file_->GetInfo(file_, &type, &info_size, nullptr);
  if (status != abi::EFI_BUFFER_TOO_SMALL) {
    return abi::EFI_ERROR(status) ? status : abi::EFI_LOAD_ERROR;
  }
  info_size = std::max(info_size, sizeof(abi::EFI_FILE_INFO));
  const PoolBuffer buffer(pool_, info_size);
  if (buffer.get() == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  status = file_->GetInfo(file_, &type, &info_size, buffer.get());
  if (abi::EFI_ERROR(status)) return status;
  const auto* info = static_cast<const abi::EFI_FILE_INFO*>(buffer.get());
  if ((info->Attribute & abi::EFI_FILE_DIRECTORY) != 0) {
    return abi::EFI_LOAD_ERROR;
  }
  size_bytes = info->FileSize;
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS FileReader::Read(uint64_t offset, MutableBytes out) {
  abi::EFI_STATUS status = file_->SetPosition(file_, offset);
  if (abi::EFI_ERROR(status)) return status;
  abi::UINTN size = out.size();
  status = file_->Read(file_, &size, out.data());
  if (abi::EFI_ERROR(status)) return status;
  return size == out.size() ? abi::EFI_SUCCESS : abi::EFI_LOAD_ERROR;
}

void FileReader::Close() {
  if (file_ != nullptr) file_->Close(file_);
  file_ = nullptr;
}

}  // namespace flint::efi
