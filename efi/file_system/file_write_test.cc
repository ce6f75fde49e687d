// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include "efi/file_system/file_system_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using ::testing::Optional;

/// A volume that cannot be written.
using ReadOnlyVolumeTest = FileSystemTest;

TEST_F(ReadOnlyVolumeTest, IsWriteProtected) {
  EXPECT_EQ(Open(root_, u"kernel", kWrite), abi::EFI_WRITE_PROTECTED);
  EXPECT_EQ(Open(root_, u"new", kCreate), abi::EFI_WRITE_PROTECTED);
  EXPECT_EQ(Write(MustOpen(u"kernel"), "x"), abi::EFI_WRITE_PROTECTED);
  EXPECT_EQ(root_->Flush(root_), abi::EFI_WRITE_PROTECTED);
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"kernel");
  EXPECT_EQ(SetFileInfo(file, GetFileInfo(file)), abi::EFI_WRITE_PROTECTED);
  EXPECT_EQ(file->Delete(file), abi::EFI_WARN_DELETE_FAILURE);
  MustOpen(u"kernel");
}

/// A volume that can.
class FileWriteTest : public FileSystemTest {
 protected:
  FileWriteTest() { files_.AllowWriting(200'000); }
};

TEST_F(FileWriteTest, CreatesAndWritesAFile) {
  ASSERT_EQ(Open(root_, u"EFI\\new.txt", kCreate, abi::EFI_FILE_ARCHIVE),
            abi::EFI_SUCCESS);

  EXPECT_EQ(Write(opened_, "hello "), abi::EFI_SUCCESS);
  EXPECT_EQ(Write(opened_, "world"), abi::EFI_SUCCESS);

  EXPECT_EQ(files_.contents("EFI/new.txt"), "hello world");
  const Info info = GetFileInfo(opened_);
  EXPECT_EQ(info.name, u"new.txt");
  EXPECT_EQ(info.fixed.FileSize, 11u);
  EXPECT_EQ(info.fixed.Attribute, abi::EFI_FILE_ARCHIVE);
  EXPECT_EQ(info.fixed.CreateTime.Year, kNow.year);
  EXPECT_EQ(info.fixed.ModificationTime.Minute, kNow.minute);
}

TEST_F(FileWriteTest, CreatesADirectory) {
  ASSERT_EQ(Open(root_, u"EFI\\new\\", kCreate, abi::EFI_FILE_DIRECTORY),
            abi::EFI_SUCCESS);
  EXPECT_EQ(GetFileInfo(opened_).fixed.Attribute, abi::EFI_FILE_DIRECTORY);

  EXPECT_EQ(Open(opened_, u"file", kCreate), abi::EFI_SUCCESS);
  EXPECT_EQ(Write(opened_, "x"), abi::EFI_SUCCESS);

  EXPECT_EQ(files_.contents("EFI/new/file"), "x");
}

TEST_F(FileWriteTest, OpensWhatExistsInsteadOfCreatingIt) {
  ASSERT_EQ(Open(root_, u"EFI\\boot\\bootx64.efi", kCreate), abi::EFI_SUCCESS);
  EXPECT_THAT(Read(opened_, 100), Optional(std::string("application")));
  EXPECT_EQ(Open(root_, u"EFI", kCreate, abi::EFI_FILE_DIRECTORY),
            abi::EFI_SUCCESS);
  EXPECT_EQ(Open(root_, u"kernel", kCreate, abi::EFI_FILE_DIRECTORY),
            abi::EFI_ACCESS_DENIED);
}

TEST_F(FileWriteTest, CreatesNothingInAMissingDirectory) {
  EXPECT_EQ(Open(root_, u"missing\\new", kCreate), abi::EFI_NOT_FOUND);
  EXPECT_EQ(Open(root_, u"kernel\\new", kCreate), abi::EFI_NOT_FOUND);
  EXPECT_EQ(Open(root_, u"what?", kCreate), abi::EFI_INVALID_PARAMETER);
}

TEST_F(FileWriteTest, WritesOnlyWhatWasOpenedForWriting) {
  EXPECT_EQ(Write(MustOpen(u"kernel"), "x"), abi::EFI_ACCESS_DENIED);
  EXPECT_EQ(Write(root_, "x"), abi::EFI_UNSUPPORTED);
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"kernel");
  EXPECT_EQ(file->Flush(file), abi::EFI_ACCESS_DENIED);
}

TEST_F(FileWriteTest, OpensNoReadOnlyFileForWriting) {
  files_.SetMetadata("kernel", {.attributes = {.read_only = true}});

  EXPECT_EQ(Open(root_, u"kernel", kWrite), abi::EFI_ACCESS_DENIED);
  EXPECT_EQ(Open(root_, u"kernel"), abi::EFI_SUCCESS);
}

TEST_F(FileWriteTest, ShowsEveryHandleWhatOneWrote) {
  abi::EFI_FILE_PROTOCOL* const reader = MustOpen(u"empty");
  abi::EFI_FILE_PROTOCOL* const writer = MustOpen(u"empty", kWrite);

  EXPECT_EQ(Write(writer, "new"), abi::EFI_SUCCESS);

  EXPECT_THAT(Read(reader, 100), Optional(std::string("new")));
}

TEST_F(FileWriteTest, WritesBeyondTheEnd) {
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"empty", kWrite);

  EXPECT_EQ(file->SetPosition(file, 2), abi::EFI_SUCCESS);
  EXPECT_EQ(Write(file, "x"), abi::EFI_SUCCESS);

  EXPECT_EQ(files_.contents("empty"), std::string("\0\0x", 3));
}

TEST_F(FileWriteTest, SaysWhenTheVolumeIsFull) {
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"empty", kWrite);

  EXPECT_EQ(Write(file, std::string(150'000, 'x')), abi::EFI_VOLUME_FULL);

  EXPECT_EQ(files_.contents("empty"), "");
}

TEST_F(FileWriteTest, FlushesOnRequestAndAtTheEnd) {
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"empty", kWrite);
  EXPECT_EQ(Write(file, "x"), abi::EFI_SUCCESS);
  EXPECT_TRUE(files_.is_dirty());
  EXPECT_EQ(file->Flush(file), abi::EFI_SUCCESS);
  EXPECT_FALSE(files_.is_dirty());

  EXPECT_EQ(Write(file, "y"), abi::EFI_SUCCESS);
  EXPECT_EQ(file->Close(file), abi::EFI_SUCCESS);

  EXPECT_FALSE(files_.is_dirty());
}

TEST_F(FileWriteTest, DeletesFilesAndEmptyDirectories) {
  for (const char16_t* path : {u"kernel", u"nothing"}) {
    abi::EFI_FILE_PROTOCOL* const file = MustOpen(path, kWrite);
    EXPECT_EQ(file->Delete(file), abi::EFI_SUCCESS);
    EXPECT_EQ(Open(root_, path), abi::EFI_NOT_FOUND);
  }
}

TEST_F(FileWriteTest, DeletesNothingElse) {
  abi::EFI_FILE_PROTOCOL* file = MustOpen(u"EFI", kWrite);
  EXPECT_EQ(file->Delete(file), abi::EFI_WARN_DELETE_FAILURE);
  file = MustOpen(u"kernel", kRead);
  EXPECT_EQ(file->Delete(file), abi::EFI_WARN_DELETE_FAILURE);
  file = MustOpen(u"\\", kWrite);
  EXPECT_EQ(file->Delete(file), abi::EFI_WARN_DELETE_FAILURE);

  MustOpen(u"EFI");
  MustOpen(u"kernel");
}

TEST_F(FileWriteTest, FailsOtherHandlesOfADeletedFile) {
  abi::EFI_FILE_PROTOCOL* const other = MustOpen(u"kernel", kWrite);
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"kernel", kWrite);
  EXPECT_EQ(file->Delete(file), abi::EFI_SUCCESS);
  uint64_t position = 0;
  abi::EFI_GUID type = abi::EFI_FILE_INFO_ID;
  size_t size = 0;

  EXPECT_EQ(Read(other, 1), std::nullopt);
  EXPECT_EQ(status_, abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(Write(other, "x"), abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(other->GetPosition(other, &position), abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(other->SetPosition(other, 0), abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(other->GetInfo(other, &type, &size, nullptr),
            abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(other->Flush(other), abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(other->Delete(other), abi::EFI_WARN_DELETE_FAILURE);
}

TEST_F(FileWriteTest, SignalsTokens) {
  std::string text = "token";
  abi::EFI_FILE_IO_TOKEN token{.Event = CreateEvent(),
                               .Status = abi::EFI_NOT_READY,
                               .BufferSize = text.size(),
                               .Buffer = text.data()};
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"empty", kWrite);

  EXPECT_EQ(file->WriteEx(file, &token), abi::EFI_SUCCESS);
  EXPECT_EQ(token.Status, abi::EFI_SUCCESS);
  EXPECT_TRUE(TakeSignal(token.Event));
  EXPECT_EQ(files_.contents("empty"), "token");
  EXPECT_EQ(file->FlushEx(file, &token), abi::EFI_SUCCESS);
  EXPECT_TRUE(TakeSignal(token.Event));
  EXPECT_FALSE(files_.is_dirty());
}

}  // namespace
}  // namespace flint::efi
