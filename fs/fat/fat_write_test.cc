// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fs/fat/fat_checker.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/fat_write_fixture.h"
#include "fs/fat/mounted_volume.h"
#include "fs/fat/writable_volume.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::fat {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOkAndHolds;

constexpr FatImageBuilder::Shape kFat32{.type = FatType::kFat32,
                                        .with_information = true};

TEST_F(FatWriteTest, FillsGapsWithZeros) {
  ASSERT_OK(volume_.CreateWith("gap", Pattern(700)));
  ASSERT_OK(volume_.Resize("gap", 10));
  ASSERT_OK(volume_.Write("gap", 2000, "end"));

  std::string expected = Pattern(10) + std::string(1990, '\0') + "end";
  EXPECT_THAT(volume_.Read("gap"), IsOkAndHolds(expected));
  EXPECT_EQ(volume_.Check().files.at("gap"), expected);
  ExpectGood();
}

TEST_F(FatWriteTest, WritesNothingForNoBytes) {
  volume_.disk().Clear();

  ASSERT_OK(volume_.Write("a.txt", 100, ""));

  EXPECT_TRUE(volume_.disk().requests().empty());
}

TEST_F(FatWriteTest, FindsNothingWhereAFileWas) {
  ASSERT_OK(volume_.files().Open("a.txt"));
  ASSERT_OK(volume_.files().Open("dir/A long name.txt"));

  ASSERT_OK(volume_.Remove("a.txt"));
  ASSERT_OK(volume_.Remove("dir/A long name.txt"));

  EXPECT_THAT(volume_.files().Open("a.txt"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(volume_.files().Open("dir/A long name.txt"),
              IsError(ErrorCode::kNotFound));
}

TEST_F(FatWriteTest, RefusesFilesOf4GiB) {
  EXPECT_THAT(volume_.Resize("a.txt", uint64_t{1} << 32),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(volume_.Write("a.txt", UINT32_MAX, "x"),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(volume_.Write("dir", 0, "x"), IsError(ErrorCode::kOutOfRange));
}

TEST_F(FatWriteTest, SeesItsOwnWritesThroughOldHandles) {
  ASSERT_OK_AND_ASSIGN(const volume::File old, volume_.files().Open("a.txt"));
  ASSERT_OK(volume_.Write("a.txt", 0, "FIRST"));

  std::string text(5, '?');
  ASSERT_OK(
      volume_.files().Read(old, 0, std::as_writable_bytes(std::span(text))));
  EXPECT_EQ(text, "FIRST");
}

TEST_F(FatWriteTest, RecordsTimesAndAttributes) {
  const volume::FileMetadata metadata{
      .attributes = {.read_only = true, .hidden = true, .system = true},
      .created = {.year = 1999,
                  .month = 12,
                  .day = 31,
                  .hour = 23,
                  .minute = 59,
                  .second = 59,
                  .nanosecond = 120'000'000},
      .modified = {.year = 2100, .month = 2, .day = 28, .second = 58},
      .accessed = {.year = 2026, .month = 11, .day = 23}};
  ASSERT_OK_AND_ASSIGN(volume::File file, volume_.files().Open("a.txt"));
  ASSERT_OK(volume_.writer().SetMetadata(file, metadata));

  volume::DirectoryCursor cursor;
  volume::DirectoryEntry entry;
  ASSERT_OK(volume_.files().List(volume_.files().root(), cursor, entry));
  EXPECT_EQ(entry.attributes, metadata.attributes);
  EXPECT_EQ(entry.created, metadata.created);
  EXPECT_EQ(entry.modified, metadata.modified);
  EXPECT_EQ(entry.accessed, metadata.accessed);
}

TEST_F(FatWriteTest, RemovesOnlyEmptyDirectories) {
  EXPECT_THAT(volume_.Remove("dir"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(volume_.Remove("/"), IsError(ErrorCode::kInvalidArgument));
  ASSERT_OK(volume_.Remove("dir/A long name.txt"));
  ASSERT_OK(volume_.Remove("dir"));

  EXPECT_EQ(volume_.Check().files.size(), 1u);
  ExpectGood();
}

TEST_F(FatWriteTest, RefusesToMoveADirectoryIntoItself) {
  ASSERT_OK(volume_.Create("dir/below", true));

  EXPECT_THAT(volume_.Move("dir", "dir/below/dir"),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(volume_.Move("dir", "dir/dir"),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(volume_.Move("a.txt", "dir/A LONG NAME.TXT"),
              IsError(ErrorCode::kInvalidArgument));
  ExpectGood();
}

TEST_F(FatWriteTest, MovesDirectoriesWithWhatIsInThem) {
  ASSERT_OK(volume_.Create("target", true));
  ASSERT_OK(volume_.Move("dir", "target/moved directory"));

  EXPECT_THAT(volume_.Read("target/moved directory/A long name.txt"),
              IsOkAndHolds(Pattern(2000)));
  EXPECT_OK(volume_.files().Open("target/moved directory/../../a.txt"));
  ASSERT_OK(volume_.Move("target/moved directory", "back"));
  EXPECT_OK(volume_.files().Open("back/../a.txt"));
  ExpectGood();
}

TEST_F(FatWriteTest, RenamesWithoutMovingContents) {
  ASSERT_OK_AND_ASSIGN(const volume::File before,
                       volume_.files().Open("a.txt"));
  ASSERT_OK(volume_.Move("a.txt", "A.TXT"));
  ASSERT_OK(volume_.Move("A.TXT", "entry+2-1.conf"));
  ASSERT_OK(volume_.Move("entry+2-1.conf", "entry+1-2.conf"));

  ASSERT_OK_AND_ASSIGN(const volume::File after,
                       volume_.files().Open("entry+1-2.conf"));
  EXPECT_EQ(after.location[0], before.location[0]);
  ExpectGood();
}

TEST_F(FatWriteTest, TakesNoMoreThanThereIs) {
  const CheckReport before = volume_.Check();
  ASSERT_OK_AND_ASSIGN(const auto info, volume_.files().Describe());
  ASSERT_OK(volume_.Create("large"));

  EXPECT_THAT(volume_.Resize("large", info.free_bytes + 1),
              IsError(ErrorCode::kNoMemory));
  ExpectGood();
  ASSERT_OK(volume_.Resize("large", info.free_bytes));
  EXPECT_THAT(volume_.Write("dir/A long name.txt", 0, Pattern(9000)),
              IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(volume_.Create("no room", true), IsError(ErrorCode::kNoMemory));
  EXPECT_OK(volume_.Create("empty file"));
  EXPECT_EQ(volume_.Check().files.at("dir/A long name.txt"), Pattern(2000));
  ExpectGood();
  ASSERT_OK(volume_.Remove("large"));
  ASSERT_OK_AND_ASSIGN(const auto again, volume_.files().Describe());
  EXPECT_EQ(again.free_bytes, info.free_bytes);
}

TEST_F(FatWriteTest, FixedRootDirectoryDoesNotGrow) {
  FatImageBuilder builder({.root_entry_count = 16});
  WritableVolume volume(builder.image(), 512);
  for (int i = 0; i < 16; ++i) {
    ASSERT_OK(volume.Create("f" + std::to_string(i)));
  }

  EXPECT_THAT(volume.Create("f16"), IsError(ErrorCode::kNoMemory));
  ASSERT_OK(volume.Remove("f3"));
  ASSERT_OK(volume.Remove("f4"));
  EXPECT_THAT(volume.Create("much too long a name"),
              IsError(ErrorCode::kNoMemory));
  EXPECT_OK(volume.Create("Mixed.Txt"));
  EXPECT_TRUE(volume.Check().IsSpotless());
}

TEST_F(FatWriteTest, DirectoriesGrowAndReuseTheirRecords) {
  for (int i = 0; i < 40; ++i) {
    ASSERT_OK(volume_.Create("dir/entry number " + std::to_string(i)));
  }
  ASSERT_OK_AND_ASSIGN(const auto info, volume_.files().Describe());
  for (int i = 0; i < 40; ++i) {
    ASSERT_OK(volume_.Remove("dir/entry number " + std::to_string(i)));
    ASSERT_OK(volume_.Create("dir/ENTRY NUMBER " + std::to_string(i)));
  }

  ASSERT_OK_AND_ASSIGN(const auto again, volume_.files().Describe());
  EXPECT_EQ(again.free_bytes, info.free_bytes);
  ExpectGood();
}

TEST_F(FatWriteTest, SetsTheLabelWhereverItIs) {
  WritableVolume volume(FatImageBuilder(kFat32).image(), 512);
  ASSERT_OK(volume.writer().SetLabel("Système"));

  ASSERT_OK_AND_ASSIGN(const auto info, volume.files().Describe());
  EXPECT_EQ(info.label(), "SYSTèME");
  const auto disk = volume.disk().contents();
  EXPECT_EQ(AsText(disk.subspan(71, 4)), "SYST");
  EXPECT_EQ(AsText(disk.subspan(6 * 512 + 71, 4)), "SYST");
  ASSERT_OK(volume.writer().SetLabel("other"));
  ASSERT_OK(volume.writer().SetLabel(""));
  EXPECT_EQ(AsText(disk.subspan(71, 11)), "NO NAME    ");
  EXPECT_TRUE(volume.Check().IsSpotless());
  for (const std::string_view label : {"twelve chars", "a.b", " a", "日本"}) {
    EXPECT_THAT(volume.writer().SetLabel(label),
                IsError(ErrorCode::kInvalidArgument));
  }
}

TEST_F(FatWriteTest, MarksTheVolumeUntilItIsFlushed) {
  WritableVolume volume(FatImageBuilder(kFat32).image(), 512);
  const auto disk = volume.disk().contents();
  const auto clean_table = [&] {
    return (*ReadWire<Le32>(disk, 32 * 512 + 4) & 0x08000000) != 0;
  };
  const auto free_count = [&]() -> uint32_t {
    return *ReadWire<Le32>(disk, 512 + 488);
  };
  ASSERT_OK(volume.files().Describe());
  ASSERT_OK(volume.CreateWith("file", "data"));

  EXPECT_EQ(disk[65], std::byte{1});
  EXPECT_FALSE(clean_table());
  EXPECT_EQ(free_count(), 0xffffffff);

  ASSERT_OK(volume.writer().Flush());

  EXPECT_EQ(disk[65], std::byte{0});
  EXPECT_TRUE(clean_table());
  EXPECT_EQ(free_count(), 298u);
  EXPECT_TRUE(volume.disk().requests().back().bytes.empty());
}

TEST_F(FatWriteTest, LeavesTheMarksOfOthers) {
  FatImageBuilder builder(kFat16);
  builder.bytes()[37] = std::byte{1};
  WritableVolume volume(builder.image(), 512);

  ASSERT_OK(volume.CreateWith("file", "data"));
  ASSERT_OK(volume.writer().Flush());

  EXPECT_EQ(volume.disk().contents()[37], std::byte{1});
}

TEST_F(FatWriteTest, WritesOnlyTheActiveTable) {
  FatImageBuilder builder(kFat32);
  builder.bytes()[40] = std::byte{0x81};  // no mirrors, copy 1
  WritableVolume volume(builder.image(), 512);
  const Layout layout = volume.files().layout();

  ASSERT_OK(volume.CreateWith("file", Pattern(3000)));

  const CheckReport report = volume.Check();
  EXPECT_TRUE(report.damage.empty());
  EXPECT_EQ(report.files.at("file"), Pattern(3000));
  EXPECT_TRUE(std::ranges::equal(
      volume.disk().contents().subspan(layout.fat_offset,
                                       layout.fat_size_bytes),
      std::as_bytes(std::span(builder.bytes()))
          .subspan(layout.fat_offset, layout.fat_size_bytes)));
}

TEST_F(FatWriteTest, SeesWhatOthersWriteToTheVolume) {
  block::AlignedBuffer scratch(FatVolume::MinScratchBytes(512));
  RecordingDisk& disk = volume_.disk();
  auto other = FatVolume::Create({&disk, 0, disk.geometry().block_count},
                                 scratch.bytes());
  ASSERT_OK(other);
  ASSERT_OK_AND_ASSIGN(const auto before, other->Describe());
  EXPECT_THAT(other->Open("dir/new"), IsError(ErrorCode::kNotFound));

  // By turns, so that each would take the other's clusters and records.
  for (int i = 0; i < 10; ++i) {
    const std::string number = std::to_string(i);
    ASSERT_OK(volume_.CreateWith("dir/new" + number, Pattern(1500)));
    ASSERT_OK_AND_ASSIGN(const auto dir, other->Open("dir"));
    ASSERT_OK_AND_ASSIGN(
        volume::File file,
        other->writer()->Create(dir, "other" + number, false, {}));
    ASSERT_OK(other->writer()->Write(file, 0, AsBytes(Pattern(1500)), {}));
    ASSERT_OK(volume_.Remove("dir/new" + number));
  }

  ASSERT_OK_AND_ASSIGN(const auto after, other->Describe());
  EXPECT_GE(before.free_bytes - after.free_bytes, 10u * 1536);
  EXPECT_EQ(volume_.Check().files.size(), 13u);
  ExpectGood();
  ASSERT_OK(volume_.writer().Flush());
  ASSERT_OK(other->writer()->Flush());
  EXPECT_FALSE(volume_.Check().is_marked);
}

TEST_F(FatWriteTest, GivesNoWriterForReadOnlyDisks) {
  FatImageBuilder builder(kFat16);
  block::FakeBlockDevice disk(builder.image(), {.read_only = true});
  block::AlignedBuffer scratch(FatVolume::MinScratchBytes(512));
  auto volume = FatVolume::Create({&disk, 0, disk.geometry().block_count},
                                  scratch.bytes());

  ASSERT_OK(volume);
  EXPECT_EQ(volume->writer(), nullptr);
}

TEST_F(FatWriteTest, WritesLongRunsByFewRequests) {
  WritableVolume volume(
      FatImageBuilder({.sectors_per_cluster = 8, .cluster_count = 5000})
          .image(),
      512);
  ASSERT_OK_AND_ASSIGN(volume::File file, volume.Create("large"));
  block::AlignedBuffer data(size_t{8} << 20);
  volume.disk().Clear();

  ASSERT_OK(volume.writer().Write(file, 0, data.bytes(), {}));

  // The marks (3), the table in both copies, the data, the record.
  EXPECT_LE(volume.disk().requests().size(), 8u);
}

TEST_F(FatWriteTest, FindsFreeClustersWithoutLookingAtUsedOnes) {
  WritableVolume volume(FatImageBuilder({.type = FatType::kFat32,
                                         .with_information = true,
                                         .cluster_count = 65000})
                            .image(),
                        512);
  ASSERT_OK(volume.Create("large"));
  ASSERT_OK(volume.Resize("large", 20000 * 512));
  ASSERT_OK(volume.writer().Flush());
  WritableVolume again(volume.disk().contents(), 512);
  ASSERT_OK(again.Create("small"));
  again.disk().Clear();

  ASSERT_OK(again.Write("small", 0, "x"));

  EXPECT_LE(again.disk().read_count(), 8u);
}

}  // namespace
}  // namespace flint::fat
