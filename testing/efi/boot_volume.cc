// SPDX-License-Identifier: Apache-2.0
#include "testing/efi/boot_volume.h"

#include <cstring>
#include <string_view>

#include "efi/abi/boot_services.h"
#include "efi/abi/protocol/device_path_utilities.h"
#include "efi/abi/status.h"

namespace flint::efi_testing {

using namespace efi::abi;

namespace {

/// The protocol of a handle, or null.
template <typename Protocol>
Protocol* Get(EFI_BOOT_SERVICES& boot, EFI_HANDLE handle, EFI_GUID guid) {
  VOID* interface = nullptr;
  const EFI_STATUS status = boot.HandleProtocol(handle, &guid, &interface);
  return status == EFI_SUCCESS ? static_cast<Protocol*>(interface) : nullptr;
}

}  // namespace

BootVolume::BootVolume(EFI_HANDLE image, EFI_SYSTEM_TABLE* system)
    : image_(image), boot_(*system->BootServices) {
  const auto* const loaded = Get<EFI_LOADED_IMAGE_PROTOCOL>(
      boot_, image, EFI_LOADED_IMAGE_PROTOCOL_GUID);
  if (loaded == nullptr) return;
  device_ = loaded->DeviceHandle;
  auto* const file_system = Get<EFI_SIMPLE_FILE_SYSTEM_PROTOCOL>(
      boot_, device_, EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID);
  if (file_system == nullptr) return;
  if (file_system->OpenVolume(file_system, &root_) != EFI_SUCCESS) {
    root_ = nullptr;
  }
}

BootVolume::~BootVolume() {
  if (root_ != nullptr) root_->Close(root_);
}

EFI_STATUS BootVolume::Open(const CHAR16* path,
                            UINT64 mode,
                            UINT64 attributes,
                            EFI_FILE_PROTOCOL** file) {
  if (root_ == nullptr) return EFI_NO_MEDIA;
  return root_->Open(root_, file, const_cast<CHAR16*>(path), mode, attributes);
}

EFI_STATUS BootVolume::Read(const CHAR16* path, std::span<char>* contents) {
  EFI_FILE_PROTOCOL* file = nullptr;
  EFI_STATUS status = Open(path, EFI_FILE_MODE_READ, 0, &file);
  if (status != EFI_SUCCESS) return status;
  UINT64 size = 0;
  VOID* buffer = nullptr;
  file->SetPosition(file, EFI_FILE_POSITION_END);
  status = file->GetPosition(file, &size);
  file->SetPosition(file, 0);
  if (status == EFI_SUCCESS) {
    status = boot_.AllocatePool(EfiLoaderData, size, &buffer);
  }
  UINTN read = size;
  if (status == EFI_SUCCESS) status = file->Read(file, &read, buffer);
  if (status == EFI_SUCCESS && read != size) status = EFI_END_OF_FILE;
  file->Close(file);
  if (status == EFI_SUCCESS) {
    *contents = std::span(static_cast<char*>(buffer), read);
  } else if (buffer != nullptr) {
    boot_.FreePool(buffer);
  }
  return status;
}

EFI_DEVICE_PATH_PROTOCOL* BootVolume::PathOf(const CHAR16* path) {
  VOID* interface = nullptr;
  EFI_GUID guid = EFI_DEVICE_PATH_UTILITIES_PROTOCOL_GUID;
  if (boot_.LocateProtocol(&guid, nullptr, &interface) != EFI_SUCCESS) {
    return nullptr;
  }
  auto* const utilities =
      static_cast<EFI_DEVICE_PATH_UTILITIES_PROTOCOL*>(interface);
  const auto* const device = Get<EFI_DEVICE_PATH_PROTOCOL>(
      boot_, device_, EFI_DEVICE_PATH_PROTOCOL_GUID);
  const size_t text_size =
      (std::u16string_view(path).size() + 1) * sizeof(CHAR16);
  constexpr size_t kHeaderSize = sizeof(EFI_DEVICE_PATH_PROTOCOL);
  EFI_DEVICE_PATH_PROTOCOL* const node =
      utilities->CreateDeviceNode(MEDIA_DEVICE_PATH,
                                  MEDIA_FILEPATH_DP,
                                  static_cast<UINT16>(kHeaderSize + text_size));
  if (device == nullptr || node == nullptr) return nullptr;
  std::memcpy(static_cast<VOID*>(node + 1), path, text_size);
  EFI_DEVICE_PATH_PROTOCOL* const whole =
      utilities->AppendDeviceNode(device, node);
  boot_.FreePool(node);
  return whole;
}

EFI_STATUS BootVolume::Start(const CHAR16* path, std::span<CHAR16> options) {
  EFI_DEVICE_PATH_PROTOCOL* const device_path = PathOf(path);
  if (device_path == nullptr) return EFI_OUT_OF_RESOURCES;
  EFI_HANDLE child = nullptr;
  const EFI_STATUS status =
      boot_.LoadImage(FALSE, image_, device_path, nullptr, 0, &child);
  boot_.FreePool(device_path);
  if (status != EFI_SUCCESS) return status;
  auto* const loaded = Get<EFI_LOADED_IMAGE_PROTOCOL>(
      boot_, child, EFI_LOADED_IMAGE_PROTOCOL_GUID);
  if (loaded == nullptr) return EFI_NOT_FOUND;
  loaded->LoadOptions = options.data();
  loaded->LoadOptionsSize = static_cast<UINT32>(options.size_bytes());
  return boot_.StartImage(child, nullptr, nullptr);
}

}  // namespace flint::efi_testing
