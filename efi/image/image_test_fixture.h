// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "efi/abi/boot_services.h"
#include "efi/abi/protocol/loaded_image.h"
#include "efi/abi/system_table.h"
#include "efi/device_path/device_path.h"
#include "efi/environment/host_environment.h"
#include "efi/image/host_protection.h"
#include "efi/image/image_gate.h"
#include "efi/image/image_loader.h"
#include "gtest/gtest.h"
#include "loader/pe/pe_builder.h"

namespace flint::efi {

/// A gate that says what the test wants, and remembers what it was shown.
class FakeGate final : public ImageGate {
 public:
  abi::EFI_STATUS Admit(const ArrivingImage& image) override;
  bool wants_whole_files() const override { return wants_whole; }

  bool wants_whole = true;
  abi::EFI_STATUS verdict = abi::EFI_SUCCESS;

  int call_count = 0;
  std::vector<std::byte> file;
  bool had_path = false;
  bool boot_policy = false;
};

/// A UEFI environment with image services, called through its tables. Images
/// are real ones, in executable memory; their code jumps to functions of the
/// test.
class ImageTest : public ::testing::Test {
 protected:
  ImageTest();
  ~ImageTest() override;

  /// A PE file of which the entry point leads to `entry`.
  static pe::ImageBuilder ImageCalling(abi::EFI_IMAGE_ENTRY_POINT entry);

  /// Loads an image from memory, as a child of the firmware's. The test fails
  /// if that does.
  abi::EFI_HANDLE Load(const pe::ImageBuilder& builder);
  abi::EFI_HANDLE Load(abi::EFI_IMAGE_ENTRY_POINT entry) {
    return Load(ImageCalling(entry));
  }
  abi::EFI_STATUS LoadFrom(Bytes file,
                           abi::EFI_HANDLE* image,
                           abi::EFI_DEVICE_PATH_PROTOCOL* path = nullptr);

  /// Starts an image without asking for its exit data.
  abi::EFI_STATUS Start(abi::EFI_HANDLE image) {
    return boot_.StartImage(image, nullptr, nullptr);
  }

  /// A new handle with an interface; one more interface of an old one.
  abi::EFI_HANDLE Install(const abi::EFI_GUID& protocol, abi::VOID* interface);
  void Install(abi::EFI_HANDLE handle,
               const abi::EFI_GUID& protocol,
               abi::VOID* interface);

  abi::VOID* Interface(abi::EFI_HANDLE handle, const abi::EFI_GUID& protocol);
  abi::EFI_LOADED_IMAGE_PROTOCOL* LoadedImageOf(abi::EFI_HANDLE image);
  bool HasProtocol(abi::EFI_HANDLE handle, const abi::EFI_GUID& protocol);
  bool IsImage(abi::EFI_HANDLE handle) {
    return HasProtocol(handle, abi::EFI_LOADED_IMAGE_PROTOCOL_GUID);
  }

  /// Pages in use of that memory type, as the memory map has them.
  uint64_t PagesOf(abi::EFI_MEMORY_TYPE type);

  HostEnvironment host_;
  HostProtection protection_;
  FakeGate gate_;
  ImageLoader loader_;
  abi::EFI_SYSTEM_TABLE& system_ = host_.system_table();
  abi::EFI_BOOT_SERVICES& boot_ = host_.boot_services();
  abi::EFI_HANDLE firmware_ = nullptr;
};

}  // namespace flint::efi
