// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "efi/abi/protocol/simple_file_system.h"
#include "efi/abi/status.h"
#include "efi/environment/host_environment.h"
#include "efi/file_system/simple_file_system.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/writable_volume.h"
#include "gtest/gtest.h"

namespace flint::efi {

/// The protocols over a real file system on a disk.
class FileOnFatTest : public ::testing::TestWithParam<fat::VolumeKind> {
 protected:
  static constexpr uint64_t kRead = abi::EFI_FILE_MODE_READ;
  static constexpr uint64_t kWrite = kRead | abi::EFI_FILE_MODE_WRITE;
  static constexpr uint64_t kCreate = kWrite | abi::EFI_FILE_MODE_CREATE;

  FileOnFatTest() {
    abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL* const protocol = &file_system_;
    EXPECT_EQ(protocol->OpenVolume(protocol, &root_), abi::EFI_SUCCESS);
  }

  /// The outcome; the handle, or null, is left in `opened_`.
  abi::EFI_STATUS TryToOpen(std::u16string path,
                            uint64_t mode,
                            uint64_t attributes = 0) {
    opened_ = nullptr;
    return root_->Open(root_, &opened_, path.data(), mode, attributes);
  }

  /// The file, which must open.
  abi::EFI_FILE_PROTOCOL* Open(const std::u16string& path,
                               uint64_t mode,
                               uint64_t attributes = 0) {
    EXPECT_EQ(TryToOpen(path, mode, attributes), abi::EFI_SUCCESS);
    return opened_;
  }

  static abi::EFI_STATUS Write(abi::EFI_FILE_PROTOCOL* file, std::string text) {
    size_t size = text.size();
    const abi::EFI_STATUS status = file->Write(file, &size, text.data());
    EXPECT_EQ(size, status == abi::EFI_SUCCESS ? text.size() : 0);
    return status;
  }

  static std::string ReadAll(abi::EFI_FILE_PROTOCOL* file) {
    std::string text(kMaxFileBytes, '?');
    size_t size = text.size();
    EXPECT_EQ(file->SetPosition(file, 0), abi::EFI_SUCCESS);
    EXPECT_EQ(file->Read(file, &size, text.data()), abi::EFI_SUCCESS);
    return text.substr(0, size);
  }

  /// Gives a file another name, which may be a path, and size.
  static abi::EFI_STATUS SetNameAndSize(abi::EFI_FILE_PROTOCOL* file,
                                        std::u16string_view name,
                                        uint64_t size) {
    abi::EFI_GUID type = abi::EFI_FILE_INFO_ID;
    std::vector<std::byte> bytes(2048);
    size_t used = bytes.size();
    const abi::EFI_STATUS status =
        file->GetInfo(file, &type, &used, bytes.data());
    if (status != abi::EFI_SUCCESS) return status;
    abi::EFI_FILE_INFO info;
    std::memcpy(&info, bytes.data(), sizeof(info));
    info.FileSize = size;
    info.Size = sizeof(info) + (name.size() + 1) * 2;
    std::vector<std::byte> wanted(info.Size);
    std::memcpy(wanted.data(), &info, sizeof(info));
    std::memcpy(wanted.data() + sizeof(info), name.data(), name.size() * 2);
    return file->SetInfo(file, &type, wanted.size(), wanted.data());
  }

  static constexpr size_t kMaxFileBytes = 200'000;

  HostEnvironment host_;
  fat::WritableVolume volume_{fat::FatImageBuilder(GetParam().shape).image(),
                              GetParam().block_size_bytes};
  SimpleFileSystem file_system_{
      {.files = volume_.files(),
       .range = {&volume_.disk(), 0, volume_.disk().geometry().block_count},
       .pool = host_.environment().pool(),
       .events = host_.environment().events()}};
  abi::EFI_FILE_PROTOCOL* root_ = nullptr;
  abi::EFI_FILE_PROTOCOL* opened_ = nullptr;
};

}  // namespace flint::efi
