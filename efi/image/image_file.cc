// SPDX-License-Identifier: Apache-2.0
#include "efi/image/image_file.h"

#include "efi/abi/protocol/load_file.h"
#include "efi/abi/protocol/simple_file_system.h"
#include "platforms/base/checked.h"

namespace flint::efi {
namespace {

/// Up to here one copy costs less than a request for each section.
constexpr uint64_t kWholeFileBytes = uint64_t{4} * 1024 * 1024;

/// Of larger files: the headers, and what lies about them in small pieces, such
/// as the stub of a unified kernel image.
constexpr uint64_t kHeadBytes = uint64_t{128} * 1024;

constexpr PageOwner kBufferOwner{PageUse::kPages, abi::EfiBootServicesData};

}  // namespace

abi::EFI_STATUS ImageFile::Open(const DevicePath& path,
                                bool boot_policy,
                                bool wanted_whole,
                                HandleDatabase& handles) {
  abi::VOID* interface = nullptr;
  if (Locate(path,
             abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID,
             handles,
             interface)) {
    return OpenByFileSystem(interface, wanted_whole);
  }
  if (!boot_policy &&
      Locate(path, abi::EFI_LOAD_FILE2_PROTOCOL_GUID, handles, interface)) {
    return ReadByLoadFile(
        *static_cast<abi::EFI_LOAD_FILE2_PROTOCOL*>(interface), false);
  }
  if (Locate(path, abi::EFI_LOAD_FILE_PROTOCOL_GUID, handles, interface)) {
    return ReadByLoadFile(*static_cast<abi::EFI_LOAD_FILE_PROTOCOL*>(interface),
                          boot_policy);
  }
  return abi::EFI_NOT_FOUND;
}

/// Finds the device with `protocol` that matches most of `path`. A file system
/// only counts if the rest of the path names a file.
bool ImageFile::Locate(const DevicePath& path,
                       const abi::EFI_GUID& protocol,
                       HandleDatabase& handles,
                       abi::VOID*& interface) {
  abi::EFI_DEVICE_PATH_PROTOCOL* rest = path.abi_pointer();
  abi::EFI_HANDLE device = nullptr;
  if (handles.LocateDevicePath(&protocol, &rest, &device) != abi::EFI_SUCCESS) {
    return false;
  }
  if (protocol == abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID) {
    const auto file_path = DevicePath::At(rest);
    if (!file_path || !FileReader::IsFilePath(*file_path)) return false;
  }
  interface = handles.FindInterface(device, protocol);
  if (interface == nullptr) return false;
  device_ = device;
  rest_ = rest;
  return true;
}

abi::EFI_STATUS ImageFile::OpenByFileSystem(abi::VOID* interface,
                                            bool wanted_whole) {
  const auto path = DevicePath::At(rest_);
  if (!path) return abi::EFI_INVALID_PARAMETER;
  abi::EFI_STATUS status = reader_.Open(
      *static_cast<abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL*>(interface), *path);
  if (abi::EFI_ERROR(status)) return status;
  uint64_t size = 0;
  status = reader_.GetSize(size);
  if (abi::EFI_ERROR(status)) return status;
  if (size == 0) return abi::EFI_LOAD_ERROR;
  const bool is_whole = wanted_whole || size <= kWholeFileBytes;
  const uint64_t head_size = is_whole ? size : kHeadBytes;
  if (Allocate(head_size) == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  status = reader_.Read(0, buffer_.first(head_size));
  if (abi::EFI_ERROR(status)) return status;
  head_ = buffer_.first(head_size);
  size_bytes_ = size;
  return abi::EFI_SUCCESS;
}

Status ImageFile::Read(uint64_t offset, MutableBytes out) {
  pe::MemorySource head(head_);
  if (head.Read(offset, out)) return {};
  if (head_.size() == size_bytes_) {
    return Fail(ErrorCode::kTruncated, "image file ends early");
  }
  const abi::EFI_STATUS status = reader_.Read(offset, out);
  if (status == abi::EFI_LOAD_ERROR) {
    return Fail(ErrorCode::kTruncated, "image file shrank while it was read");
  }
  if (abi::EFI_ERROR(status)) {
    return Fail(ErrorCode::kDeviceError, "image file cannot be read");
  }
  return {};
}

template <typename LoadFileProtocol>
abi::EFI_STATUS ImageFile::ReadByLoadFile(LoadFileProtocol& protocol,
                                          bool boot_policy) {
  const abi::BOOLEAN policy = boot_policy ? abi::TRUE : abi::FALSE;
  abi::UINTN size = 0;
  abi::EFI_STATUS status =
      protocol.LoadFile(&protocol, rest_, policy, &size, nullptr);
  if (status != abi::EFI_BUFFER_TOO_SMALL) {
    return abi::EFI_ERROR(status) ? status : abi::EFI_LOAD_ERROR;
  }
  if (Allocate(size) == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  const abi::UINTN capacity = size;
  status = protocol.LoadFile(&protocol, rest_, policy, &size, buffer_.data());
  if (abi::EFI_ERROR(status)) return status;
  if (size > capacity) return abi::EFI_LOAD_ERROR;
  head_ = buffer_.first(size);
  size_bytes_ = size;
  return abi::EFI_SUCCESS;
}

abi::VOID* ImageFile::Allocate(uint64_t size_bytes) {
  Free();
  buffer_ = pages_.Take(
      kBufferOwner, DivideRoundUp<uint64_t>(size_bytes, abi::EFI_PAGE_SIZE));
  return buffer_.data();
}

void ImageFile::Free() {
  if (!buffer_.empty()) {
    static_cast<void>(pages_.GiveBack(kBufferOwner, buffer_));
  }
  buffer_ = {};
  head_ = {};
}

}  // namespace flint::efi
