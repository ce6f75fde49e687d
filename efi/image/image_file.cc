// SPDX-License-Identifier: Apache-2.0
#include "efi/image/image_file.h"

#include "efi/abi/protocol/load_file.h"
#include "efi/abi/protocol/simple_file_system.h"
#include "efi/image/file_reader.h"
#include "platforms/base/checked.h"

namespace flint::efi {
namespace {

constexpr PageOwner kBufferOwner{PageUse::kPages, abi::EfiBootServicesData};

}  // namespace

abi::EFI_STATUS ImageFile::Read(const DevicePath& path,
                                bool boot_policy,
                                HandleDatabase& handles,
                                PoolServices& pool) {
  abi::VOID* interface = nullptr;
  if (Locate(path,
             abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID,
             handles,
             interface)) {
    return ReadByFileSystem(interface, pool);
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

abi::EFI_STATUS ImageFile::ReadByFileSystem(abi::VOID* interface,
                                            PoolServices& pool) {
  const auto path = DevicePath::At(rest_);
  if (!path) return abi::EFI_INVALID_PARAMETER;
  FileReader file(pool);
  abi::EFI_STATUS status = file.Open(
      *static_cast<abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL*>(interface), *path);
  if (abi::EFI_ERROR(status)) return status;
  uint64_t size = 0;
  status = file.GetSize(size);
  if (abi::EFI_ERROR(status)) return status;
  if (size == 0) return abi::EFI_LOAD_ERROR;
  if (Allocate(size) == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  status = file.Read(buffer_.first(size));
  if (abi::EFI_ERROR(status)) return status;
  content_ = buffer_.first(size);
  return abi::EFI_SUCCESS;
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
  content_ = buffer_.first(size);
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
  content_ = {};
}

}  // namespace flint::efi
