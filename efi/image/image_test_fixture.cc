// SPDX-License-Identifier: Apache-2.0
#include "efi/image/image_test_fixture.h"

#include <cstring>

#include "efi/abi/status.h"
#include "gmock/gmock.h"

namespace flint::efi {

using namespace abi;

EFI_STATUS FakeGate::Admit(const ArrivingImage& image) {
  ++call_count;
  file = {image.file.begin(), image.file.end()};
  had_path = image.path.has_value();
  boot_policy = image.boot_policy;
  return verdict;
}

ImageTest::ImageTest()
    : loader_({.pages = host_.environment().pages(),
               .pool = host_.environment().pool(),
               .events = host_.environment().events(),
               .handles = host_.environment().handles(),
               .gate = gate_,
               .system_table = &host_.system_table()}) {
  EXPECT_TRUE(protection_.Set(HostRam::kLowAddress, host_.ram().low_bytes(), 0)
                  .has_value());
  host_.environment().pages().set_protection(&protection_);
  host_.environment().set_images(&loader_);
  EXPECT_EQ(loader_.AddFirmwareImage(0x10'0000, 0x1'0000), EFI_SUCCESS);
  firmware_ = loader_.firmware_image();
}

ImageTest::~ImageTest() { host_.environment().set_images(nullptr); }

pe::ImageBuilder ImageTest::ImageCalling(EFI_IMAGE_ENTRY_POINT entry) {
  pe::ImageBuilder builder = pe::ImageBuilder::Application();
  // mov rax, entry; jmp rax
  std::vector<std::byte> code =
      pe::BytesOf({0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xe0});
  std::memcpy(code.data() + 2, &entry, sizeof(entry));
  builder.sections[0].virtual_size = static_cast<uint32_t>(code.size());
  builder.sections[0].content = std::move(code);
  return builder;
}

EFI_STATUS ImageTest::LoadFrom(Bytes file,
                               EFI_HANDLE* image,
                               EFI_DEVICE_PATH_PROTOCOL* path) {
  // The ABI has no const.
  return boot_.LoadImage(FALSE,
                         firmware_,
                         path,
                         const_cast<std::byte*>(file.data()),
                         file.size(),
                         image);
}

EFI_HANDLE ImageTest::Load(const pe::ImageBuilder& builder) {
  EFI_HANDLE image = nullptr;
  EXPECT_EQ(LoadFrom(builder.Build(), &image), EFI_SUCCESS);
  EXPECT_NE(image, nullptr);
  return image;
}

EFI_HANDLE ImageTest::Install(const EFI_GUID& protocol, VOID* interface) {
  EFI_HANDLE handle = nullptr;
  EFI_GUID guid = protocol;
  EXPECT_EQ(boot_.InstallProtocolInterface(
                &handle, &guid, EFI_NATIVE_INTERFACE, interface),
            EFI_SUCCESS);
  return handle;
}

void ImageTest::Install(EFI_HANDLE handle,
                        const EFI_GUID& protocol,
                        VOID* interface) {
  EFI_GUID guid = protocol;
  EXPECT_EQ(boot_.InstallProtocolInterface(
                &handle, &guid, EFI_NATIVE_INTERFACE, interface),
            EFI_SUCCESS);
}

VOID* ImageTest::Interface(EFI_HANDLE handle, const EFI_GUID& protocol) {
  EFI_GUID guid = protocol;
  VOID* interface = nullptr;
  EXPECT_EQ(boot_.HandleProtocol(handle, &guid, &interface), EFI_SUCCESS);
  return interface;
}

EFI_LOADED_IMAGE_PROTOCOL* ImageTest::LoadedImageOf(EFI_HANDLE image) {
  return static_cast<EFI_LOADED_IMAGE_PROTOCOL*>(
      Interface(image, EFI_LOADED_IMAGE_PROTOCOL_GUID));
}

bool ImageTest::HasProtocol(EFI_HANDLE handle, const EFI_GUID& protocol) {
  EFI_GUID guid = protocol;
  VOID* interface = nullptr;
  return boot_.HandleProtocol(handle, &guid, &interface) == EFI_SUCCESS;
}

uint64_t ImageTest::PagesOf(EFI_MEMORY_TYPE type) {
  UINTN size = 0;
  UINTN key = 0;
  UINTN step = 0;
  UINT32 version = 0;
  EXPECT_EQ(boot_.GetMemoryMap(&size, nullptr, &key, &step, &version),
            EFI_BUFFER_TOO_SMALL);
  std::vector<std::byte> map(size);
  EXPECT_EQ(boot_.GetMemoryMap(&size,
                               static_cast<EFI_MEMORY_DESCRIPTOR*>(
                                   static_cast<void*>(map.data())),
                               &key,
                               &step,
                               &version),
            EFI_SUCCESS);
  uint64_t pages = 0;
  for (size_t offset = 0; offset < size; offset += step) {
    EFI_MEMORY_DESCRIPTOR descriptor;
    std::memcpy(&descriptor, map.data() + offset, sizeof(descriptor));
    if (descriptor.Type == type) pages += descriptor.NumberOfPages;
  }
  return pages;
}

}  // namespace flint::efi
