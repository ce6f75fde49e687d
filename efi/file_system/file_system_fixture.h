// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "efi/abi/protocol/simple_file_system.h"
#include "efi/abi/status.h"
#include "efi/environment/host_environment.h"
#include "efi/file_system/simple_file_system.h"
#include "efi/file_system/wall_clock.h"
#include "fs/volume/fake_file_system.h"
#include "gtest/gtest.h"

namespace flint::efi {

/// A volume of a few files, used through the protocols only, as an image would.
class FileSystemTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kRead = abi::EFI_FILE_MODE_READ;
  static constexpr uint64_t kWrite = kRead | abi::EFI_FILE_MODE_WRITE;
  static constexpr uint64_t kCreate = kWrite | abi::EFI_FILE_MODE_CREATE;
  static constexpr volume::Timestamp kNow{
      .year = 2026, .month = 11, .day = 23, .hour = 7, .minute = 15};

  /// What GetInfo and reading a directory return.
  struct Info {
    abi::EFI_FILE_INFO fixed;
    std::u16string name;
  };

  FileSystemTest() {
    files_.AddFile("EFI/BOOT/BOOTX64.EFI", "application");
    files_.AddFile("kernel", Pattern(100'000));
    files_.AddFile("empty", "");
    files_.AddDirectory("nothing");
    abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL* const protocol = &file_system_;
    EXPECT_EQ(protocol->OpenVolume(protocol, &root_), abi::EFI_SUCCESS);
  }

  static std::string Pattern(size_t size) {
    std::string text(size, '\0');
    for (size_t i = 0; i < size; ++i) {
      text[i] = static_cast<char>(i * 31 + i / 512 * 7);
    }
    return text;
  }

  /// The outcome; the handle, or null, is left in `opened_`.
  abi::EFI_STATUS Open(abi::EFI_FILE_PROTOCOL* from,
                       std::u16string path,
                       uint64_t mode = kRead,
                       uint64_t attributes = 0) {
    opened_ = nullptr;
    return from->Open(from, &opened_, path.data(), mode, attributes);
  }

  /// The file, which must open.
  abi::EFI_FILE_PROTOCOL* MustOpen(std::u16string_view path,
                                   uint64_t mode = kRead) {
    EXPECT_EQ(Open(root_, std::u16string(path), mode), abi::EFI_SUCCESS);
    return opened_;
  }

  /// What is read in one call, or nothing if that fails with `status_`.
  std::optional<std::string> Read(abi::EFI_FILE_PROTOCOL* file, size_t size) {
    std::string text(size, '?');
    status_ = file->Read(file, &size, text.data());
    if (status_ != abi::EFI_SUCCESS) return std::nullopt;
    text.resize(size);
    return text;
  }

  abi::EFI_STATUS Write(abi::EFI_FILE_PROTOCOL* file, std::string text) {
    size_t size = text.size();
    const abi::EFI_STATUS status = file->Write(file, &size, text.data());
    if (status == abi::EFI_SUCCESS) EXPECT_EQ(size, text.size());
    return status;
  }

  static Info ToInfo(const std::vector<std::byte>& bytes) {
    Info info;
    std::memcpy(&info.fixed, bytes.data(), sizeof(info.fixed));
    EXPECT_EQ(info.fixed.Size, bytes.size());
    const size_t name_bytes = bytes.size() - sizeof(info.fixed);
    info.name.resize(name_bytes / 2);
    std::memcpy(
        info.name.data(), bytes.data() + sizeof(info.fixed), name_bytes);
    EXPECT_EQ(info.name.back(), u'\0');
    info.name.pop_back();
    return info;
  }

  /// The bytes of an information structure, after asking for its size.
  std::vector<std::byte> GetInfoBytes(abi::EFI_FILE_PROTOCOL* file,
                                      abi::EFI_GUID type) {
    size_t size = 0;
    EXPECT_EQ(file->GetInfo(file, &type, &size, nullptr),
              abi::EFI_BUFFER_TOO_SMALL);
    std::vector<std::byte> bytes(size);
    EXPECT_EQ(file->GetInfo(file, &type, &size, bytes.data()),
              abi::EFI_SUCCESS);
    EXPECT_EQ(size, bytes.size());
    return bytes;
  }
  Info GetFileInfo(abi::EFI_FILE_PROTOCOL* file) {
    return ToInfo(GetInfoBytes(file, abi::EFI_FILE_INFO_ID));
  }

  /// `size_error` is how much too large the structure says it is.
  abi::EFI_STATUS SetFileInfo(abi::EFI_FILE_PROTOCOL* file,
                              Info info,
                              uint64_t size_error = 0) {
    const size_t name_bytes = info.name.size() * 2;
    std::vector<std::byte> bytes(sizeof(info.fixed) + name_bytes + 2);
    info.fixed.Size = bytes.size() + size_error;
    std::memcpy(bytes.data(), &info.fixed, sizeof(info.fixed));
    std::memcpy(
        bytes.data() + sizeof(info.fixed), info.name.data(), name_bytes);
    abi::EFI_GUID type = abi::EFI_FILE_INFO_ID;
    return file->SetInfo(file, &type, bytes.size(), bytes.data());
  }

  abi::EFI_EVENT CreateEvent() {
    abi::EFI_EVENT event = nullptr;
    host_.environment().events().CreateEvent(0, 0, nullptr, nullptr, &event);
    return event;
  }
  bool TakeSignal(abi::EFI_EVENT event) {
    return host_.environment().events().CheckEvent(event) == abi::EFI_SUCCESS;
  }

  struct FixedClock final : WallClock {
    volume::Timestamp Now() override { return kNow; }
  };

  HostEnvironment host_;
  volume::FakeFileSystem files_;
  FixedClock wall_clock_;
  SimpleFileSystem file_system_{
      {.files = files_,
       .range = {&files_.device(), 0, files_.device().geometry().block_count},
       .pool = host_.environment().pool(),
       .events = host_.environment().events(),
       .wall_clock = &wall_clock_}};
  abi::EFI_FILE_PROTOCOL* root_ = nullptr;
  abi::EFI_FILE_PROTOCOL* opened_ = nullptr;
  abi::EFI_STATUS status_ = abi::EFI_SUCCESS;
};

}  // namespace flint::efi
