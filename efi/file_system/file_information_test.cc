// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "efi/file_system/file_system_fixture.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using GetInfoTest = FileSystemTest;

TEST_F(GetInfoTest, DescribesAFile) {
  files_.SetMetadata("kernel",
                     {.attributes = {.read_only = true, .hidden = true},
                      .created = {.year = 2001, .month = 2, .day = 3},
                      .modified = {.year = 2002, .hour = 13, .second = 59},
                      .accessed = {}});

  const Info info = GetFileInfo(MustOpen(u"KERNEL"));

  EXPECT_EQ(info.name, u"kernel");
  EXPECT_EQ(info.fixed.FileSize, 100'000u);
  EXPECT_EQ(info.fixed.PhysicalSize, 100'352u);
  EXPECT_EQ(info.fixed.Attribute,
            abi::EFI_FILE_READ_ONLY | abi::EFI_FILE_HIDDEN);
  EXPECT_EQ(info.fixed.CreateTime.Day, 3);
  EXPECT_EQ(info.fixed.CreateTime.TimeZone, abi::EFI_UNSPECIFIED_TIMEZONE);
  EXPECT_EQ(info.fixed.ModificationTime.Year, 2002);
  EXPECT_EQ(info.fixed.ModificationTime.Second, 59);
  EXPECT_EQ(info.fixed.LastAccessTime.Year, 0);
}

TEST_F(GetInfoTest, DescribesTheRootWithoutAName) {
  const Info info = GetFileInfo(root_);

  EXPECT_EQ(info.name, u"");
  EXPECT_EQ(info.fixed.Attribute, abi::EFI_FILE_DIRECTORY);
}

TEST_F(GetInfoTest, DescribesTheVolume) {
  files_.AllowWriting(200'000);

  const auto bytes = GetInfoBytes(root_, abi::EFI_FILE_SYSTEM_INFO_ID);

  abi::EFI_FILE_SYSTEM_INFO info{};
  std::memcpy(&info, bytes.data(), abi::SIZE_OF_EFI_FILE_SYSTEM_INFO);
  EXPECT_EQ(bytes.size(), abi::SIZE_OF_EFI_FILE_SYSTEM_INFO + 10);
  EXPECT_EQ(info.Size, bytes.size());
  EXPECT_EQ(info.ReadOnly, abi::FALSE);
  EXPECT_EQ(info.VolumeSize, 200'000u);
  EXPECT_EQ(info.FreeSpace, 99'989u);
  EXPECT_EQ(info.BlockSize, 2048u);
  EXPECT_EQ(std::memcmp(
                bytes.data() + abi::SIZE_OF_EFI_FILE_SYSTEM_INFO, u"FAKE", 10),
            0);
}

TEST_F(GetInfoTest, SaysThatTheVolumeIsReadOnly) {
  const auto bytes = GetInfoBytes(root_, abi::EFI_FILE_SYSTEM_INFO_ID);

  EXPECT_EQ(bytes[offsetof(abi::EFI_FILE_SYSTEM_INFO, ReadOnly)],
            std::byte{abi::TRUE});
}

TEST_F(GetInfoTest, TellsTheVolumesLabel) {
  const auto bytes = GetInfoBytes(root_, abi::EFI_FILE_SYSTEM_VOLUME_LABEL_ID);

  ASSERT_EQ(bytes.size(), 10u);
  EXPECT_EQ(std::memcmp(bytes.data(), u"FAKE", 10), 0);
}

TEST_F(GetInfoTest, RefusesWhatIsUnknownOrMissing) {
  abi::EFI_GUID type = abi::EFI_FILE_INFO_ID;
  abi::EFI_GUID unknown = abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
  size_t size = 1;
  char byte = 0;

  EXPECT_EQ(root_->GetInfo(root_, &unknown, &size, &byte),
            abi::EFI_UNSUPPORTED);
  EXPECT_EQ(root_->GetInfo(root_, nullptr, &size, &byte),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(root_->GetInfo(root_, &type, nullptr, &byte),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(root_->GetInfo(root_, &type, &size, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(root_->GetInfo(root_, &type, &size, &byte),
            abi::EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, abi::SIZE_OF_EFI_FILE_INFO + 2);
  EXPECT_EQ(root_->SetInfo(root_, &unknown, 1, &byte), abi::EFI_UNSUPPORTED);
}

class SetInfoTest : public FileSystemTest {
 protected:
  SetInfoTest() { files_.AllowWriting(200'000); }
};

TEST_F(SetInfoTest, ChangesNothingByWhatGetInfoReturned) {
  for (const char16_t* path : {u"kernel", u"EFI", u"\\"}) {
    abi::EFI_FILE_PROTOCOL* const file = MustOpen(path, kWrite);
    EXPECT_EQ(SetFileInfo(file, GetFileInfo(file)), abi::EFI_SUCCESS);
  }
  EXPECT_FALSE(files_.is_dirty());
}

TEST_F(SetInfoTest, CutsAndLengthensAFile) {
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"kernel", kWrite);
  Info info = GetFileInfo(file);

  info.fixed.FileSize = 3;
  EXPECT_EQ(SetFileInfo(file, info), abi::EFI_SUCCESS);
  EXPECT_EQ(files_.contents("kernel"), Pattern(3));
  info.fixed.FileSize = 5;
  EXPECT_EQ(SetFileInfo(file, info), abi::EFI_SUCCESS);
  EXPECT_EQ(files_.contents("kernel"), Pattern(3) + std::string(2, '\0'));
  info.fixed.FileSize = 300'000;
  EXPECT_EQ(SetFileInfo(file, info), abi::EFI_VOLUME_FULL);
}

TEST_F(SetInfoTest, RenamesAndMoves) {
  abi::EFI_FILE_PROTOCOL* const file =
      MustOpen(u"EFI\\BOOT\\BOOTX64.EFI", kWrite);
  Info info = GetFileInfo(file);

  info.name = u"new.efi";
  EXPECT_EQ(SetFileInfo(file, info), abi::EFI_SUCCESS);
  EXPECT_EQ(files_.contents("EFI/BOOT/new.efi"), "application");
  info.name = u"..\\up.efi";
  EXPECT_EQ(SetFileInfo(file, info), abi::EFI_SUCCESS);
  EXPECT_EQ(files_.contents("EFI/up.efi"), "application");
  info.name = u"\\nothing\\there.efi";
  EXPECT_EQ(SetFileInfo(file, info), abi::EFI_SUCCESS);
  EXPECT_EQ(files_.contents("nothing/there.efi"), "application");
  info.name = u"THERE.efi";
  EXPECT_EQ(SetFileInfo(file, info), abi::EFI_SUCCESS);
  EXPECT_EQ(GetFileInfo(file).name, u"THERE.efi");
}

TEST_F(SetInfoTest, TakesNoOtherFilesName) {
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"kernel", kWrite);
  Info info = GetFileInfo(file);

  info.name = u"EMPTY";
  EXPECT_EQ(SetFileInfo(file, info), abi::EFI_ACCESS_DENIED);
  info.name = u"missing\\kernel";
  EXPECT_EQ(SetFileInfo(file, info), abi::EFI_NOT_FOUND);
  info.name = u"";
  EXPECT_EQ(SetFileInfo(file, info), abi::EFI_INVALID_PARAMETER);
}

TEST_F(SetInfoTest, SetsAttributesAndTimes) {
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"kernel", kWrite);
  Info info = GetFileInfo(file);
  info.fixed.Attribute = abi::EFI_FILE_HIDDEN | abi::EFI_FILE_READ_ONLY;
  info.fixed.ModificationTime.Year = 1999;
  info.fixed.ModificationTime.Month = 12;
  info.fixed.ModificationTime.Day = 31;

  EXPECT_EQ(SetFileInfo(file, info), abi::EFI_SUCCESS);

  const Info after = GetFileInfo(file);
  EXPECT_EQ(after.fixed.Attribute,
            abi::EFI_FILE_HIDDEN | abi::EFI_FILE_READ_ONLY);
  EXPECT_EQ(after.fixed.ModificationTime.Year, 1999);
  EXPECT_EQ(after.fixed.CreateTime.Year, 0);
}

TEST_F(SetInfoTest, RefusesWhatMakesNoSense) {
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"kernel", kWrite);
  const Info info = GetFileInfo(file);
  Info wrong = info;

  wrong.fixed.Attribute |= abi::EFI_FILE_DIRECTORY;
  EXPECT_EQ(SetFileInfo(file, wrong), abi::EFI_ACCESS_DENIED);
  wrong = info;
  wrong.fixed.Attribute |= 0x40;
  EXPECT_EQ(SetFileInfo(file, wrong), abi::EFI_INVALID_PARAMETER);
  wrong = info;
  wrong.fixed.CreateTime.Year = 2026;
  wrong.fixed.CreateTime.Month = 13;
  EXPECT_EQ(SetFileInfo(file, wrong), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(SetFileInfo(file, info, 1), abi::EFI_BAD_BUFFER_SIZE);
  abi::EFI_FILE_PROTOCOL* const directory = MustOpen(u"EFI", kWrite);
  wrong = GetFileInfo(directory);
  wrong.fixed.FileSize = 1;
  EXPECT_EQ(SetFileInfo(directory, wrong), abi::EFI_ACCESS_DENIED);
  wrong = GetFileInfo(root_);
  wrong.name = u"root";
  EXPECT_EQ(SetFileInfo(root_, wrong), abi::EFI_ACCESS_DENIED);
}

TEST_F(SetInfoTest, LetsAReaderChangeAttributesOnly) {
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"kernel", kRead);
  const Info info = GetFileInfo(file);
  Info changed = info;

  changed.fixed.FileSize = 1;
  EXPECT_EQ(SetFileInfo(file, changed), abi::EFI_ACCESS_DENIED);
  changed = info;
  changed.name = u"other";
  EXPECT_EQ(SetFileInfo(file, changed), abi::EFI_ACCESS_DENIED);
  changed = info;
  changed.fixed.Attribute = abi::EFI_FILE_READ_ONLY;
  EXPECT_EQ(SetFileInfo(file, changed), abi::EFI_SUCCESS);
}

TEST_F(SetInfoTest, WantsAWholeStructure) {
  abi::EFI_GUID type = abi::EFI_FILE_INFO_ID;
  auto bytes = GetInfoBytes(root_, type);

  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(root_->SetInfo(root_, &type, size, bytes.data()),
              abi::EFI_BAD_BUFFER_SIZE);
  }
}

TEST_F(SetInfoTest, RenamesTheVolume) {
  char16_t label[] = u"NEW";
  abi::EFI_GUID type = abi::EFI_FILE_SYSTEM_VOLUME_LABEL_ID;
  EXPECT_EQ(root_->SetInfo(root_, &type, sizeof(label), label),
            abi::EFI_SUCCESS);
  EXPECT_EQ(files_.label(), "NEW");
  EXPECT_EQ(root_->SetInfo(root_, &type, 4, label), abi::EFI_BAD_BUFFER_SIZE);

  type = abi::EFI_FILE_SYSTEM_INFO_ID;
  std::vector<std::byte> info(abi::SIZE_OF_EFI_FILE_SYSTEM_INFO + 4);
  info[abi::SIZE_OF_EFI_FILE_SYSTEM_INFO] = std::byte{'X'};
  EXPECT_EQ(root_->SetInfo(root_, &type, info.size(), info.data()),
            abi::EFI_SUCCESS);
  EXPECT_EQ(files_.label(), "X");
}

}  // namespace
}  // namespace flint::efi
