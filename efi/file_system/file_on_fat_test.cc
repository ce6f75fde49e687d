// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <string>
#include <vector>

#include "efi/abi/protocol/simple_file_system.h"
#include "efi/abi/status.h"
#include "efi/file_system/file_on_fat_fixture.h"
#include "fs/fat/recording_disk.h"
#include "fs/fat/writable_volume.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using Fault = fat::RecordingDisk::Fault;

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
    EXPECT_EQ(Write(file, text.substr(at, 7001)), abi::EFI_SUCCESS);
  }
  EXPECT_EQ(ReadAll(other), text);

  EXPECT_EQ(SetNameAndSize(file, u"Renamed.log", 10'000), abi::EFI_SUCCESS);
  EXPECT_EQ(ReadAll(other), text.substr(0, 10'000));
  EXPECT_EQ(SetNameAndSize(file, u"\\moved.log", 10'000), abi::EFI_SUCCESS);
  EXPECT_EQ(ReadAll(other), text.substr(0, 10'000));

  abi::EFI_FILE_PROTOCOL* const gone = Open(u"gone", kCreate);
  EXPECT_EQ(Write(gone, "x"), abi::EFI_SUCCESS);
  EXPECT_EQ(gone->Delete(gone), abi::EFI_SUCCESS);
  EXPECT_EQ(file->Close(file), abi::EFI_SUCCESS);
  const fat::CheckReport report = volume_.Check();
  EXPECT_TRUE(report.IsSpotless());
  EXPECT_FALSE(report.is_marked);
  EXPECT_EQ(report.files.size(), 3u);
  EXPECT_EQ(report.files.at("moved.log"), text.substr(0, 10'000));
}

/// An image that gives up when something fails.
class FileOnFailingDiskTest : public FileOnFatTest {
 protected:
  abi::EFI_STATUS Work() {
    abi::EFI_STATUS status = TryToOpen(u"dir\\A new file.txt", kCreate);
    if (status != abi::EFI_SUCCESS) return status;
    abi::EFI_FILE_PROTOCOL* const file = opened_;
    status = Write(file, std::string(5000, 'n'));
    if (status == abi::EFI_SUCCESS) status = file->Flush(file);
    if (status == abi::EFI_SUCCESS) {
      status = SetNameAndSize(file, u"A new file.txt", 2000);
    }
    if (status == abi::EFI_SUCCESS) {
      status = SetNameAndSize(file, u"\\Moved.txt", 2000);
    }
    const abi::EFI_STATUS deleted = file->Delete(file);
    return status == abi::EFI_SUCCESS ? deleted : status;
  }
};

TEST_P(FileOnFailingDiskTest, SaysSoAndHarmsNothingElse) {
  ASSERT_NE(Open(u"dir", kCreate, abi::EFI_FILE_DIRECTORY), nullptr);
  ASSERT_EQ(Write(Open(u"dir\\other", kCreate), std::string(3000, 'o')),
            abi::EFI_SUCCESS);
  size_t failure_count = 0;
  for (const Fault fault :
       {Fault::kRead, Fault::kWrite, Fault::kDoneWrite, Fault::kFlush}) {
    for (size_t count = 0;; ++count) {
      SCOPED_TRACE("fault " + std::to_string(static_cast<int>(fault)) +
                   " at request " + std::to_string(count));
      ASSERT_LT(count, 500u);
      // As if somebody else had written: nothing is remembered.
      ASSERT_TRUE(volume_.disk().Write({}).has_value());
      volume_.disk().Inject(fault, count);
      const abi::EFI_STATUS status = Work();
      if (!volume_.disk().has_failed()) {
        EXPECT_EQ(status, abi::EFI_SUCCESS);
        volume_.disk().Heal();
        break;
      }
      ++failure_count;
      EXPECT_TRUE(status == abi::EFI_SUCCESS ||
                  status == abi::EFI_DEVICE_ERROR ||
                  status == abi::EFI_WARN_DELETE_FAILURE)
          << status;
      // It may be there or not, but then whoever looks can have it away.
      for (const std::u16string path : {u"dir\\A new file.txt", u"Moved.txt"}) {
        if (TryToOpen(path, kWrite) != abi::EFI_SUCCESS) continue;
        EXPECT_EQ(opened_->Delete(opened_), abi::EFI_SUCCESS);
      }
      const fat::CheckReport report = volume_.Check();
      EXPECT_TRUE(report.damage.empty()) << report.damage.front();
      EXPECT_EQ(report.files.at("dir/other"), std::string(3000, 'o'));
      EXPECT_EQ(report.files.size(), 2u);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(failure_count, 20u);
}

constexpr auto kNameOf = [](const auto& kind) {
  return std::string(kind.param.name);
};

INSTANTIATE_TEST_SUITE_P(,
                         FileOnFatTest,
                         ::testing::ValuesIn(fat::VolumeKinds()),
                         kNameOf);
INSTANTIATE_TEST_SUITE_P(,
                         FileOnFailingDiskTest,
                         ::testing::ValuesIn(fat::VolumeKinds()),
                         kNameOf);

}  // namespace
}  // namespace flint::efi
