// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/block/fake_block_device.h"
#include "fs/fat/directory_record.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/mounted_volume.h"
#include "fs/volume/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "testing/result_matchers.h"

namespace flint::fat {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::flint::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using volume::File;

auto HasSize(uint64_t size) { return Field(&File::size_bytes, size); }

DirectoryRecord Record(std::string_view short_name) {
  DirectoryRecord record{};
  std::ranges::transform(short_name, record.name.begin(), [](char c) {
    return static_cast<uint8_t>(c);
  });
  return record;
}

class FatDirectoryTest : public ::testing::TestWithParam<FatType> {
 protected:
  FatImageBuilder builder_{{.type = GetParam()}};
};

TEST_P(FatDirectoryTest, ListsLongAndShortNames) {
  builder_.AddFile("README.TXT", "r");
  builder_.AddFile("loader/entries/debian-6.1.conf", "d");
  builder_.AddFile(
      "Gr\xc3\xb6\xc3\x9f"
      "e \xf0\x9f\x9a\x80",
      "g");
  MountedVolume volume(builder_);

  EXPECT_THAT(volume.Names(""),
              IsOkAndHolds(ElementsAre("README.TXT",
                                       "loader",
                                       "Gr\xc3\xb6\xc3\x9f"
                                       "e \xf0\x9f\x9a\x80")));
  EXPECT_THAT(volume.Names("loader/entries"),
              IsOkAndHolds(ElementsAre("debian-6.1.conf")));
}

TEST_P(FatDirectoryTest, OpensByAnySpellingOfAPath) {
  builder_.AddFile("EFI/Boot/bootx64.efi", "12345");
  builder_.AddFile("EFI/Boot/\xc3\x84pfel.conf", "1234");
  MountedVolume volume(builder_);

  for (const std::string_view path : {"EFI/Boot/bootx64.efi",
                                      "\\EFI\\BOOT\\BOOTX64.EFI",
                                      "//efi\\/boot//bootx64.efi/",
                                      "./EFI/./Boot/../Boot/bootx64.efi",
                                      "../../EFI/../EFI/Boot/BootX64.Efi",
                                      "EFI/Boot/bootx64.efi. "}) {
    EXPECT_THAT(volume->Open(path), IsOkAndHolds(HasSize(5))) << path;
  }
  EXPECT_THAT(volume->Open("efi/boot/\xc3\xa4PFEL.CONF"),
              IsOkAndHolds(HasSize(4)));
}

TEST_P(FatDirectoryTest, OpensRelativeToADirectory) {
  builder_.AddFile("a/b/c.txt", "123");
  MountedVolume volume(builder_);
  ASSERT_OK_AND_ASSIGN(const File b, volume->Open("a/b"));

  EXPECT_THAT(volume->Open(b, "c.txt"), IsOkAndHolds(HasSize(3)));
  EXPECT_THAT(volume->Open(b, "../b/c.txt"), IsOkAndHolds(HasSize(3)));
  EXPECT_THAT(volume->Open(b, "../../a/b/c.txt"), IsOkAndHolds(HasSize(3)));
  EXPECT_THAT(volume->Open(b, "/c.txt"), IsOkAndHolds(HasSize(3)));
}

TEST_P(FatDirectoryTest, OpensTheRoot) {
  builder_.AddFile("a/b", "x");
  MountedVolume volume(builder_);

  for (const std::string_view path : {"", "/", "\\", ".", "..", "a/.."}) {
    ASSERT_OK_AND_ASSIGN(const File root, volume->Open(path));
    EXPECT_TRUE(root.is_directory);
    EXPECT_EQ(root.location, volume->root().location) << path;
  }
}

TEST_P(FatDirectoryTest, SaysWhatDoesNotExist) {
  builder_.AddFile("EFI/file", "x");
  MountedVolume volume(builder_);

  EXPECT_THAT(volume->Open("EF"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(volume->Open("EFI2"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(volume->Open("nothing/file"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(volume->Open("EFI/file/x"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(volume->Open("EFI/..."), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(volume->Open("EFI/\xff"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(volume->Open(std::string(300, 'a')),
              IsError(ErrorCode::kNotFound));
}

TEST_P(FatDirectoryTest, OpensByTheShortNameToo) {
  builder_.AddFile(
      "a long name.text",
      "1234567",
      {.short_name = {'A', 'L', 'O', 'N', 'G', 'N', '~', '1', 'T', 'E', 'X'}});
  MountedVolume volume(builder_);

  EXPECT_THAT(volume->Open("alongn~1.tex"), IsOkAndHolds(HasSize(7)));
  EXPECT_THAT(volume->Open("A Long Name.TEXT"), IsOkAndHolds(HasSize(7)));
}

TEST_P(FatDirectoryTest, FallsBackToTheShortNameIfTheLongOneIsBroken) {
  builder_.AddFile(
      "a long name.text",
      "1234567",
      {.short_name = {'A', 'L', 'O', 'N', 'G', 'N', '~', '1', 'T', 'E', 'X'}});
  const uint64_t part =
      builder_.RecordOffset("a long name.text") - sizeof(LongNameRecord);
  builder_.bytes()[part + 13] ^= std::byte{1};  // the checksum
  MountedVolume volume(builder_);

  EXPECT_THAT(volume.Names(""), IsOkAndHolds(ElementsAre("ALONGN~1.TEX")));
  EXPECT_THAT(volume->Open("a long name.text"), IsError(ErrorCode::kNotFound));
}

TEST_P(FatDirectoryTest, LeavesOutWhatIsNoFile) {
  DirectoryRecord label = Record("MY DISK    ");
  label.attributes = DirectoryRecord::kVolumeLabel;
  DirectoryRecord deleted = Record(
      "\xe5"
      "ELETED TXT");
  builder_.AddRecord("", label);
  builder_.AddRecord("", deleted);
  builder_.AddRecord("", Record("           "));
  builder_.AddFile("DIR/FILE", "x");
  MountedVolume volume(builder_);

  EXPECT_THAT(volume.Names(""), IsOkAndHolds(ElementsAre("DIR")));
  EXPECT_THAT(volume.Names("DIR"), IsOkAndHolds(ElementsAre("FILE")));
  EXPECT_THAT(volume->Open("MY DISK"), IsError(ErrorCode::kNotFound));
}

TEST_P(FatDirectoryTest, StopsAtTheEndMark) {
  builder_.AddFile("ONE", "x");
  builder_.AddRecord("", DirectoryRecord{});
  builder_.AddFile("TWO", "x");
  MountedVolume volume(builder_);

  EXPECT_THAT(volume.Names(""), IsOkAndHolds(ElementsAre("ONE")));
}

TEST_P(FatDirectoryTest, ReadsDirectoriesOfManyClusters) {
  for (int i = 0; i < 60; ++i) {
    builder_.AddFile("dir/a rather long name " + std::to_string(i),
                     std::string(static_cast<size_t>(i), 'x'));
  }
  MountedVolume volume(builder_);

  EXPECT_THAT(volume.Names("dir"), IsOkAndHolds(SizeIs(60)));
  EXPECT_THAT(volume->Open("dir/a rather long name 59"),
              IsOkAndHolds(HasSize(59)));
}

TEST_P(FatDirectoryTest, ReadsADirectoryFilledToItsEnd) {
  // 16 records fill the cluster: two links and 14 files.
  for (int i = 0; i < 14; ++i) builder_.AddFile("D/F" + std::to_string(i), "");
  MountedVolume volume(builder_);

  EXPECT_THAT(volume.Names("D"), IsOkAndHolds(SizeIs(14)));
}

TEST_P(FatDirectoryTest, ReadsNeighbouringClustersOfADirectoryAtOnce) {
  // Its second cluster is not next to the first, but the others follow.
  for (int i = 0; i < 60; ++i) builder_.AddFile("D/F" + std::to_string(i), "");
  MountedVolume volume(builder_);
  ASSERT_OK(volume->Open("D"));
  volume.disk().ClearStatistics();

  ASSERT_OK(volume.Names("D"));

  EXPECT_LE(volume.disk().reads().size(), 2u);
}

TEST_P(FatDirectoryTest, ReadsNothingAgainThatItHasJustRead) {
  builder_.AddFile("a/b/c/one", "1");
  builder_.AddFile("a/b/c/two", "2");
  MountedVolume volume(builder_);
  ASSERT_OK(volume->Open("a/b/c/one"));
  volume.disk().ClearStatistics();

  ASSERT_OK(volume->Open("a/b/c/two"));
  ASSERT_OK(volume->Open("a/b/c/one"));

  EXPECT_THAT(volume.disk().reads(), IsEmpty());
}

TEST_P(FatDirectoryTest, TellsAttributesAndTimes) {
  DirectoryRecord record = Record("FILE    TXT");
  record.attributes = DirectoryRecord::kReadOnly | DirectoryRecord::kHidden |
                      DirectoryRecord::kSystem;
  record.created_date = (2026 - 1980) << 9 | 11 << 5 | 23;
  record.created_time = 12 << 11 | 34 << 5 | 28;
  record.created_centiseconds = 150;
  record.modified_date = (2025 - 1980) << 9 | 1 << 5 | 2;
  record.accessed_date = 0;
  builder_.AddRecord("", record);
  MountedVolume volume(builder_);
  volume::DirectoryCursor cursor;
  volume::DirectoryEntry entry;

  ASSERT_THAT(volume->List(volume->root(), cursor, entry), IsOkAndHolds(true));

  EXPECT_TRUE(entry.attributes.read_only);
  EXPECT_TRUE(entry.attributes.hidden);
  EXPECT_TRUE(entry.attributes.system);
  EXPECT_FALSE(entry.attributes.archive);
  EXPECT_EQ(entry.created,
            (volume::Timestamp{.year = 2026,
                               .month = 11,
                               .day = 23,
                               .hour = 12,
                               .minute = 34,
                               .second = 57,
                               .nanosecond = 500'000'000}));
  EXPECT_EQ(entry.modified.year, 2025);
  EXPECT_EQ(entry.accessed, volume::Timestamp{});
}

TEST_P(FatDirectoryTest, ResumesAListingWhereItStopped) {
  builder_.AddFile("a long name", "");
  builder_.AddFile("another long name", "");
  MountedVolume volume(builder_);
  volume::DirectoryCursor cursor;
  volume::DirectoryEntry entry;
  ASSERT_THAT(volume->List(volume->root(), cursor, entry), IsOkAndHolds(true));
  const volume::DirectoryCursor resumed{.position = cursor.position};
  volume::DirectoryCursor copy = resumed;

  ASSERT_THAT(volume->List(volume->root(), copy, entry), IsOkAndHolds(true));

  EXPECT_EQ(entry.name(), "another long name");
  EXPECT_THAT(volume->List(volume->root(), copy, entry), IsOkAndHolds(false));
}

TEST_P(FatDirectoryTest, RefusesToListAFile) {
  builder_.AddFile("FILE", "x");
  MountedVolume volume(builder_);
  ASSERT_OK_AND_ASSIGN(const File file, volume->Open("FILE"));
  volume::DirectoryCursor cursor;
  volume::DirectoryEntry entry;

  EXPECT_THAT(volume->List(file, cursor, entry),
              IsError(ErrorCode::kInvalidArgument));
}

TEST_P(FatDirectoryTest, FindsALoopInADirectory) {
  for (int i = 0; i < 40; ++i) builder_.AddFile("D/F" + std::to_string(i), "");
  const uint32_t first = builder_.AddDirectory("D");
  builder_.SetEntry(builder_.Entry(first), first);
  MountedVolume volume(builder_);

  EXPECT_THAT(volume.Names("D"), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(volume->Open("D/NOTHING"), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(volume->Open("D/F1"), IsOk());
}

TEST_P(FatDirectoryTest, FindsADirectoryWithoutClusters) {
  DirectoryRecord record = Record("NOWHERE    ");
  record.attributes = DirectoryRecord::kDirectory;
  builder_.AddRecord("", record);
  MountedVolume volume(builder_);

  EXPECT_THAT(volume.Names("NOWHERE"), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(volume->Open("NOWHERE/.."), IsError(ErrorCode::kCorrupt));
}

TEST_P(FatDirectoryTest, FindsADirectoryWithoutItsParent) {
  const uint32_t cluster = builder_.AddDirectory("D");
  const uint64_t offset = builder_.ClusterOffset(cluster) + 32;
  builder_.bytes()[offset + 1] = std::byte{'x'};
  MountedVolume volume(builder_);

  EXPECT_THAT(volume->Open("D/.."), IsError(ErrorCode::kCorrupt));
}

TEST_P(FatDirectoryTest, ReportsADirectoryThatCannotBeRead) {
  builder_.AddFile("D/FILE", "x");
  const uint32_t cluster = builder_.AddDirectory("D");
  MountedVolume volume(builder_);
  volume.disk().FailReads(
      {.lba = volume.first_lba() + builder_.ClusterOffset(cluster) / 512,
       .times = block::FakeBlockDevice::Failure::kAlways});

  EXPECT_THAT(volume->Open("D/FILE"), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(volume->Open("D"), IsOk());
}

INSTANTIATE_TEST_SUITE_P(Types,
                         FatDirectoryTest,
                         ::testing::Values(FatType::kFat12,
                                           FatType::kFat16,
                                           FatType::kFat32));

TEST(FatDirectory, FillsTheFixedRoot) {
  FatImageBuilder builder({.root_entry_count = 16});
  for (int i = 0; i < 16; ++i) builder.AddFile("F" + std::to_string(i), "");
  MountedVolume volume(builder);

  EXPECT_THAT(volume.Names(""), IsOkAndHolds(SizeIs(16)));
}

TEST(FatDirectory, MayNotBeLargerThan2MiB) {
  FatImageBuilder builder(
      {.type = FatType::kFat32, .sectors_per_cluster = 128});
  uint32_t cluster = builder.AddDirectory("D");
  DirectoryRecord deleted = Record("\xe5          ");
  for (int i = 0; i < 40; ++i) {
    const std::string contents(builder.cluster_size_bytes(), '\xe5');
    const uint32_t next = builder.AddFile("F" + std::to_string(i), contents);
    builder.SetEntry(cluster, next);
    cluster = next;
  }
  for (int i = 0; i < 2100; ++i) builder.AddRecord("D", deleted);
  MountedVolume volume(builder);

  EXPECT_THAT(volume->Open("D/X"), IsError(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace flint::fat
