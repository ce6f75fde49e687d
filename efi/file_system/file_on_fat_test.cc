// SPDX-License-Identifier: Apache-2.0
// The protocols over a real file system on a disk.
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
namespace {

constexpr uint64_t kRead = abi::EFI_FILE_MODE_READ;
constexpr uint64_t kWrite = kRead | abi::EFI_FILE_MODE_WRITE;
constexpr uint64_t kCreate = kWrite | abi::EFI_FILE_MODE_CREATE;

class FileOnFatTest : public ::testing::TestWithParam<fat::VolumeKind> {
 protected:
  FileOnFatTest() {
    abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL* const protocol = &file_system_;
    EXPECT_EQ(protocol->OpenVolume(protocol, &root_), abi::EFI_SUCCESS);
  }

  abi::EFI_FILE_PROTOCOL* Open(std::u16string path,
                               uint64_t mode,
                               uint64_t attributes = 0) {
    abi::EFI_FILE_PROTOCOL* file = nullptr;
    EXPECT_EQ(root_->Open(root_, &file, path.data(), mode, attributes),
              abi::EFI_SUCCESS);
    return file;
  }

  static void Write(abi::EFI_FILE_PROTOCOL* file, std::string text) {
    size_t size = text.size();
    EXPECT_EQ(file->Write(file, &size, text.data()), abi::EFI_SUCCESS);
  }

  static std::string ReadAll(abi::EFI_FILE_PROTOCOL* file) {
    std::string text(200'000, '?');
    size_t size = text.size();
    EXPECT_EQ(file->SetPosition(file, 0), abi::EFI_SUCCESS);
    EXPECT_EQ(file->Read(file, &size, text.data()), abi::EFI_SUCCESS);
    return text.substr(0, size);
  }

  static abi::EFI_STATUS SetNameAndSize(abi::EFI_FILE_PROTOCOL* file,
                                        std::u16string_view name,
                                        uint64_t size) {
    abi::EFI_GUID type = abi::EFI_FILE_INFO_ID;
    std::vector<std::byte> bytes(2048);
    size_t used = bytes.size();
    EXPECT_EQ(file->GetInfo(file, &type, &used, bytes.data()),
              abi::EFI_SUCCESS);
    abi::EFI_FILE_INFO info;
    std::memcpy(&info, bytes.data(), sizeof(info));
    info.FileSize = size;
    info.Size = sizeof(info) + (name.size() + 1) * 2;
    std::vector<std::byte> wanted(info.Size);
    std::memcpy(wanted.data(), &info, sizeof(info));
    std::memcpy(wanted.data() + sizeof(info), name.data(), name.size() * 2);
    return file->SetInfo(file, &type, wanted.size(), wanted.data());
  }

  HostEnvironment host_;
  fat::WritableVolume volume_{fat::FatImageBuilder(GetParam().shape).image(),
                              GetParam().block_size_bytes};
  SimpleFileSystem file_system_{
      {.files = volume_.files(),
       .range = {&volume_.disk(), 0, volume_.disk().geometry().block_count},
       .pool = host_.environment().pool(),
       .events = host_.environment().events()}};
  abi::EFI_FILE_PROTOCOL* root_ = nullptr;
};

TEST_P(FileOnFatTest, IsOnTheDiskAsTheImageWroteIt) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i) + "\n";
  Open(u"\\EFI", kCreate, abi::EFI_FILE_DIRECTORY);
  Open(u"\\EFI\\Some vendor", kCreate, abi::EFI_FILE_DIRECTORY);
  abi::EFI_FILE_PROTOCOL* const file =
      Open(u"\\EFI\\Some vendor\\Startup log.txt", kCreate);
  abi::EFI_FILE_PROTOCOL* const other =
      Open(u"\\efi\\SOME VENDOR\\startup LOG.txt", kRead);

  // In pieces that fit no block, seen by another handle at once.
  for (size_t at = 0; at < text.size(); at += 7001) {
    Write(file, text.substr(at, 7001));
  }
  EXPECT_EQ(ReadAll(other), text);

  EXPECT_EQ(SetNameAndSize(file, u"Renamed.log", 10'000), abi::EFI_SUCCESS);
  EXPECT_EQ(ReadAll(other), text.substr(0, 10'000));
  EXPECT_EQ(SetNameAndSize(file, u"\\moved.log", 10'000), abi::EFI_SUCCESS);
  EXPECT_EQ(ReadAll(other), text.substr(0, 10'000));

  abi::EFI_FILE_PROTOCOL* const gone = Open(u"gone", kCreate);
  Write(gone, "x");
  EXPECT_EQ(gone->Delete(gone), abi::EFI_SUCCESS);
  EXPECT_EQ(file->Close(file), abi::EFI_SUCCESS);
  const fat::CheckReport report = volume_.Check();
  EXPECT_TRUE(report.IsSpotless());
  EXPECT_EQ(report.files.size(), 3u);
  EXPECT_EQ(report.files.at("moved.log"), text.substr(0, 10'000));
}

INSTANTIATE_TEST_SUITE_P(,
                         FileOnFatTest,
                         ::testing::ValuesIn(fat::VolumeKinds()),
                         [](const auto& kind) {
                           return std::string(kind.param.name);
                         });

}  // namespace
}  // namespace flint::efi
