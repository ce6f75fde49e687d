// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "efi/file_system/file_system_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using Operation = volume::FakeFileSystem::Operation;
using FileReadTest = FileSystemTest;
using ::testing::ElementsAre;
using ::testing::Optional;

constexpr Error kBroken(ErrorCode::kDeviceError, "injected");

TEST_F(FileReadTest, HasTheRevisionsOfTheSpecification) {
  EXPECT_EQ(file_system_.Revision,
            abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_REVISION);
  EXPECT_EQ(root_->Revision, abi::EFI_FILE_PROTOCOL_REVISION2);
}

TEST_F(FileReadTest, OpensByAnyPath) {
  abi::EFI_FILE_PROTOCOL* const directory = MustOpen(u"EFI\\BOOT");
  for (const char16_t* path : {u"BOOTX64.EFI",
                               u"bootx64.efi",
                               u".\\BOOTX64.EFI",
                               u"..\\BOOT\\BOOTX64.EFI",
                               u"\\EFI\\BOOT\\BOOTX64.EFI",
                               u"\\\\EFI\\\\BOOT\\BOOTX64.EFI",
                               u"..\\..\\..\\EFI\\BOOT\\BOOTX64.EFI"}) {
    ASSERT_EQ(Open(directory, path), abi::EFI_SUCCESS);
    EXPECT_THAT(Read(opened_, 100), Optional(std::string("application")));
    EXPECT_EQ(opened_->Close(opened_), abi::EFI_SUCCESS);
  }
}

TEST_F(FileReadTest, OpensDirectoriesByTheirLinks) {
  abi::EFI_FILE_PROTOCOL* const boot = MustOpen(u"EFI\\BOOT");

  ASSERT_EQ(Open(boot, u"."), abi::EFI_SUCCESS);
  EXPECT_EQ(GetFileInfo(opened_).name, u"BOOT");
  ASSERT_EQ(Open(boot, u".."), abi::EFI_SUCCESS);
  EXPECT_EQ(GetFileInfo(opened_).name, u"EFI");
  ASSERT_EQ(Open(boot, u"\\"), abi::EFI_SUCCESS);
  EXPECT_EQ(GetFileInfo(opened_).name, u"");
  ASSERT_EQ(Open(boot, u""), abi::EFI_SUCCESS);
  EXPECT_EQ(GetFileInfo(opened_).name, u"BOOT");
}

TEST_F(FileReadTest, DoesNotFindWhatIsNotThere) {
  EXPECT_EQ(Open(root_, u"missing"), abi::EFI_NOT_FOUND);
  EXPECT_EQ(Open(root_, u"missing\\file"), abi::EFI_NOT_FOUND);
  EXPECT_EQ(Open(root_, u"kernel\\file"), abi::EFI_NOT_FOUND);
}

TEST_F(FileReadTest, OpensNothingBelowAFile) {
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"kernel");

  EXPECT_EQ(Open(file, u"empty"), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Open(file, u"\\empty"), abi::EFI_SUCCESS);
}

TEST_F(FileReadTest, RefusesModesThatAreNone) {
  for (const uint64_t mode : {uint64_t{0},
                              abi::EFI_FILE_MODE_WRITE,
                              abi::EFI_FILE_MODE_CREATE,
                              kRead | abi::EFI_FILE_MODE_CREATE,
                              kRead | 0x10}) {
    EXPECT_EQ(Open(root_, u"kernel", mode), abi::EFI_INVALID_PARAMETER);
  }
  EXPECT_EQ(Open(root_, u"new", kCreate, 0x40), abi::EFI_INVALID_PARAMETER);
}

TEST_F(FileReadTest, RefusesNullPointers) {
  char16_t name[] = u"kernel";
  size_t size = 1;
  EXPECT_EQ(root_->Open(nullptr, &opened_, name, kRead, 0),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(root_->Open(root_, nullptr, name, kRead, 0),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(root_->Open(root_, &opened_, nullptr, kRead, 0),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(root_->Read(root_, nullptr, name), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(root_->Read(root_, &size, nullptr), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(root_->GetPosition(root_, nullptr), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(root_->Close(nullptr), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(root_->OpenEx(root_, &opened_, name, kRead, 0, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(file_system_.OpenVolume(&file_system_, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(file_system_.OpenVolume(nullptr, &opened_),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(FileReadTest, ReadsInPiecesUpToTheEnd) {
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"kernel");
  std::string all;
  for (;;) {
    const auto piece = Read(file, 7001);
    ASSERT_TRUE(piece);
    if (piece->empty()) break;
    all += *piece;
  }

  EXPECT_TRUE(all == Pattern(100'000));
  EXPECT_THAT(Read(file, 1), Optional(std::string()));
}

TEST_F(FileReadTest, ReadsLongPiecesStraightToTheirPlace) {
  block::AlignedBuffer buffer(100'000);
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"kernel");
  size_t size = 98'304;

  EXPECT_EQ(file->Read(file, &size, buffer.bytes().data()), abi::EFI_SUCCESS);

  EXPECT_EQ(size, 98'304u);
  EXPECT_TRUE(AsText(buffer.bytes().first(size)) == Pattern(size));
  EXPECT_EQ(files_.copied_bytes(), 0u);
  EXPECT_EQ(files_.submission_count(), 1u);
}

TEST_F(FileReadTest, ReadsLongPiecesToAndFromAnywhere) {
  const std::string expected = Pattern(100'000);
  block::AlignedBuffer buffer(120'000);
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"kernel");
  for (const uint64_t offset : {0u, 1u, 511u, 512u, 60'000u}) {
    for (const size_t address : {0u, 1u, 64u, 511u}) {
      size_t size = 110'000;
      auto* const out = buffer.bytes().data() + address;
      EXPECT_EQ(file->SetPosition(file, offset), abi::EFI_SUCCESS);
      ASSERT_EQ(file->Read(file, &size, out), abi::EFI_SUCCESS);
      ASSERT_EQ(size, expected.size() - offset);
      EXPECT_TRUE(AsText({out, size}) == expected.substr(offset));
    }
  }
}

TEST_F(FileReadTest, KeepsAPositionForEachHandle) {
  abi::EFI_FILE_PROTOCOL* const a = MustOpen(u"EFI\\BOOT\\BOOTX64.EFI");
  abi::EFI_FILE_PROTOCOL* const b = MustOpen(u"EFI\\BOOT\\BOOTX64.EFI");
  EXPECT_THAT(Read(a, 3), Optional(std::string("app")));
  uint64_t position = 99;

  EXPECT_EQ(a->GetPosition(a, &position), abi::EFI_SUCCESS);
  EXPECT_EQ(position, 3u);
  EXPECT_THAT(Read(b, 3), Optional(std::string("app")));
  EXPECT_EQ(a->SetPosition(a, abi::EFI_FILE_POSITION_END), abi::EFI_SUCCESS);
  EXPECT_EQ(a->GetPosition(a, &position), abi::EFI_SUCCESS);
  EXPECT_EQ(position, 11u);
  EXPECT_THAT(Read(a, 3), Optional(std::string()));
}

TEST_F(FileReadTest, FailsToReadFromBeyondTheEnd) {
  abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"EFI\\BOOT\\BOOTX64.EFI");

  EXPECT_EQ(file->SetPosition(file, 12), abi::EFI_SUCCESS);

  EXPECT_EQ(Read(file, 1), std::nullopt);
  EXPECT_EQ(status_, abi::EFI_DEVICE_ERROR);
}

TEST_F(FileReadTest, ListsADirectoryEntryByEntry) {
  std::vector<std::u16string> names;
  for (;;) {
    std::vector<std::byte> bytes(1000);
    size_t size = bytes.size();
    ASSERT_EQ(root_->Read(root_, &size, bytes.data()), abi::EFI_SUCCESS);
    if (size == 0) break;
    bytes.resize(size);
    names.push_back(ToInfo(bytes).name);
  }

  EXPECT_THAT(names, ElementsAre(u"EFI", u"kernel", u"empty", u"nothing"));
  EXPECT_EQ(root_->SetPosition(root_, 0), abi::EFI_SUCCESS);
  size_t size = 1000;
  std::vector<std::byte> bytes(size);
  EXPECT_EQ(root_->Read(root_, &size, bytes.data()), abi::EFI_SUCCESS);
  bytes.resize(size);
  EXPECT_EQ(ToInfo(bytes).name, u"EFI");
  EXPECT_EQ(ToInfo(bytes).fixed.Attribute, abi::EFI_FILE_DIRECTORY);
}

TEST_F(FileReadTest, AsksForRoomForAnEntryAndKeepsItsPlace) {
  std::vector<std::byte> bytes(abi::SIZE_OF_EFI_FILE_INFO + 8);
  size_t size = bytes.size() - 1;

  EXPECT_EQ(root_->Read(root_, &size, bytes.data()), abi::EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, bytes.size());
  EXPECT_EQ(root_->Read(root_, &size, bytes.data()), abi::EFI_SUCCESS);

  EXPECT_EQ(ToInfo(bytes).name, u"EFI");
}

TEST_F(FileReadTest, KnowsNoPositionInADirectory) {
  uint64_t position = 0;

  EXPECT_EQ(root_->GetPosition(root_, &position), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(root_->SetPosition(root_, 1), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(root_->SetPosition(root_, abi::EFI_FILE_POSITION_END),
            abi::EFI_UNSUPPORTED);
}

TEST_F(FileReadTest, ReportsWhatTheDiskReports) {
  files_.InjectFailure(Operation::kRead, "empty", kBroken);
  files_.InjectFailure(Operation::kRead, "EFI/BOOT/BOOTX64.EFI", kBroken);
  files_.InjectFailure(
      Operation::kList, "nothing", Error(ErrorCode::kCorrupt, "injected"));

  EXPECT_EQ(Read(MustOpen(u"EFI\\BOOT\\BOOTX64.EFI"), 1), std::nullopt);
  EXPECT_EQ(status_, abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(Read(MustOpen(u"nothing"), 1000), std::nullopt);
  EXPECT_EQ(status_, abi::EFI_VOLUME_CORRUPTED);
  files_.InjectFailure(Operation::kSubmit, "kernel", kBroken);
  EXPECT_EQ(Read(MustOpen(u"kernel"), 100'000).has_value(), true)
      << "the last block is incomplete, and so not read straight";
}

TEST_F(FileReadTest, SignalsTokens) {
  abi::EFI_FILE_PROTOCOL* file = nullptr;
  std::string text(5, '?');
  abi::EFI_FILE_IO_TOKEN token{.Event = CreateEvent(),
                               .Status = abi::EFI_NOT_READY,
                               .BufferSize = text.size(),
                               .Buffer = text.data()};
  char16_t name[] = u"EFI\\BOOT\\BOOTX64.EFI";

  EXPECT_EQ(root_->OpenEx(root_, &file, name, kRead, 0, &token),
            abi::EFI_SUCCESS);
  EXPECT_EQ(token.Status, abi::EFI_SUCCESS);
  EXPECT_TRUE(TakeSignal(token.Event));
  EXPECT_EQ(file->ReadEx(file, &token), abi::EFI_SUCCESS);
  EXPECT_EQ(text, "appli");
  EXPECT_TRUE(TakeSignal(token.Event));
  token.BufferSize = 100;
  text.resize(100);
  token.Buffer = text.data();
  EXPECT_EQ(file->ReadEx(file, &token), abi::EFI_SUCCESS);
  EXPECT_EQ(token.BufferSize, 6u);
  EXPECT_TRUE(TakeSignal(token.Event));
}

TEST_F(FileReadTest, AnswersFailuresOfTokensAtOnce) {
  abi::EFI_FILE_PROTOCOL* file = nullptr;
  abi::EFI_FILE_IO_TOKEN token{};
  token.Event = CreateEvent();
  char16_t name[] = u"missing";

  EXPECT_EQ(root_->OpenEx(root_, &file, name, kRead, 0, &token),
            abi::EFI_NOT_FOUND);

  EXPECT_FALSE(TakeSignal(token.Event));
  token.Event = this;
  EXPECT_EQ(root_->OpenEx(root_, &file, name, kRead, 0, &token),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(FileReadTest, GivesItsMemoryBack) {
  const uint64_t key = host_.environment().pages().map_key();
  for (int i = 0; i < 10'000; ++i) {
    abi::EFI_FILE_PROTOCOL* const file = MustOpen(u"EFI\\BOOT\\BOOTX64.EFI");
    ASSERT_EQ(file->Close(file), abi::EFI_SUCCESS);
  }
  // A few pages for the first handle, and none afterwards.
  EXPECT_LE(host_.environment().pages().map_key() - key, 4u);
}

}  // namespace
}  // namespace flint::efi
