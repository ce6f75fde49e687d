// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/fat_volume.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_batch.h"
#include "drivers/block/block_device.h"
#include "drivers/block/fake_block_device.h"
#include "fs/fat/boot_sector.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/mounted_volume.h"
#include "fs/volume/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "testing/result_matchers.h"

namespace flint::fat {
namespace {

using block::FakeBlockDevice;
using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::SizeIs;
using volume::File;

constexpr size_t kLargeSize = size_t{64} << 20;
constexpr size_t kMediumSize = size_t{8} << 20;

/// A FAT32 volume in clusters of 4 KiB with one file.
FatImageBuilder OneFile(size_t size, uint32_t clusters_per_fragment = 0) {
  const auto clusters = static_cast<uint32_t>(size / 4096);
  FatImageBuilder builder({.type = FatType::kFat32,
                           .sectors_per_cluster = 8,
                           .cluster_count = clusters + 64});
  builder.AddFile("initrd.img",
                  Pattern(size),
                  {.clusters_per_fragment = clusters_per_fragment});
  return builder;
}

TEST(FatVolume, ReadsALargeFileInOneExtentWithFewReadsOfTheTable) {
  MountedVolume volume(OneFile(kLargeSize),
                       {.scratch_bytes = FatVolume::kGoodScratchBytes});
  ASSERT_OK_AND_ASSIGN(const File file, volume->Open("initrd.img"));
  block::AlignedBuffer buffer(kLargeSize);
  volume.disk().ClearStatistics();

  ASSERT_OK(volume->ReadInto(
      file, 0, file.size_bytes, buffer.bytes(), volume.batch()));
  EXPECT_LE(volume.disk().reads().size(), 1u);  // of the allocation table
  volume.disk().ClearStatistics();
  ASSERT_OK(volume.batch().Submit());

  EXPECT_THAT(volume.disk().reads(), SizeIs(1));
  EXPECT_TRUE(AsText(buffer.bytes()) == Pattern(kLargeSize));
}

TEST(FatVolume, ReadsALargeFileWithLittleMemoryInFewRequests) {
  MountedVolume volume(OneFile(kLargeSize));
  ASSERT_OK_AND_ASSIGN(const File file, volume->Open("initrd.img"));
  block::AlignedBuffer buffer(kLargeSize);
  volume.disk().ClearStatistics();

  ASSERT_OK(volume->ReadInto(
      file, 0, file.size_bytes, buffer.bytes(), volume.batch()));
  ASSERT_OK(volume.batch().Submit());

  EXPECT_LE(volume.disk().reads().size(), 4u);
}

TEST(FatVolume, ReadsFragmentsStraightToTheirPlaces) {
  MountedVolume volume(OneFile(kMediumSize, 64));
  ASSERT_OK_AND_ASSIGN(const File file, volume->Open("initrd.img"));
  block::AlignedBuffer buffer(kMediumSize);
  volume.disk().ClearStatistics();

  ASSERT_OK(volume->ReadInto(
      file, 0, file.size_bytes, buffer.bytes(), volume.batch()));
  ASSERT_OK(volume.batch().Submit());

  EXPECT_LE(volume.disk().reads().size(), 32u + 2u);
  EXPECT_EQ(volume.disk().largest_batch(), 16u);
}

TEST(FatVolume, MountsAndOpensInFewRequests) {
  FatImageBuilder builder({.type = FatType::kFat32});
  builder.AddFile("loader/entries/debian.conf", "title Debian");
  MountedVolume volume(builder);

  ASSERT_OK(volume.Contents("loader/entries/debian.conf"));

  // Boot sector and table; three directories, and the file behind them.
  EXPECT_LE(volume.disk().reads().size(), 2u);
}

TEST(FatVolume, ReadsOnWithoutWalkingTheChainAgain) {
  MountedVolume volume(OneFile(kMediumSize));
  ASSERT_OK_AND_ASSIGN(const File file, volume->Open("initrd.img"));
  block::AlignedBuffer buffer(4096);
  ASSERT_OK(volume->Read(file, kMediumSize / 2, buffer.bytes()));
  volume.disk().ClearStatistics();

  for (uint64_t i = 1; i < 16; ++i) {
    ASSERT_OK(volume->Read(file, kMediumSize / 2 + i * 4096, buffer.bytes()));
  }

  EXPECT_THAT(volume.disk().reads(), SizeIs(15));
}

class FatVolumeChainTest : public ::testing::TestWithParam<FatType> {
 protected:
  static constexpr size_t kClusters = 10;

  /// What becomes of a file of ten clusters once `damage` was done to the
  /// table, by either way of reading.
  void ExpectFailure(ErrorCode code,
                     void (*damage)(FatImageBuilder&, uint32_t first)) {
    FatImageBuilder builder({.type = GetParam()});
    const uint32_t first = builder.AddFile("FILE", Pattern(kClusters * 512));
    damage(builder, first);
    MountedVolume volume(builder);
    ASSERT_OK_AND_ASSIGN(const File file, volume->Open("FILE"));

    EXPECT_THAT(volume.Contents("FILE"), IsError(code));
    EXPECT_THAT(volume.ContentsInto(file, 0, file.size_bytes), IsError(code));
    // What comes before the damage can be read.
    EXPECT_THAT(volume.ContentsInto(file, 0, 512), IsOk());
  }
};

TEST_P(FatVolumeChainTest, MayNotHaveALoop) {
  ExpectFailure(ErrorCode::kCorrupt,
                [](FatImageBuilder& builder, uint32_t first) {
                  builder.SetEntry(first + 4, first + 1);
                });
}

TEST_P(FatVolumeChainTest, MayNotLeadBackFromItsEnd) {
  ExpectFailure(ErrorCode::kCorrupt,
                [](FatImageBuilder& builder, uint32_t first) {
                  builder.SetEntry(first + kClusters - 1, first);
                });
}

TEST_P(FatVolumeChainTest, MayNotBeTooShort) {
  ExpectFailure(ErrorCode::kCorrupt,
                [](FatImageBuilder& builder, uint32_t first) {
                  builder.SetEntry(first + 8, builder.end_mark());
                });
}

TEST_P(FatVolumeChainTest, MayNotRunIntoAFreeCluster) {
  ExpectFailure(ErrorCode::kCorrupt,
                [](FatImageBuilder& builder, uint32_t first) {
                  builder.SetEntry(first + 4, 0);
                });
}

TEST_P(FatVolumeChainTest, MayNotRunIntoABadCluster) {
  ExpectFailure(ErrorCode::kCorrupt,
                [](FatImageBuilder& builder, uint32_t first) {
                  builder.SetEntry(first + 4, builder.bad_mark());
                });
}

TEST_P(FatVolumeChainTest, MayNotLeaveTheVolume) {
  ExpectFailure(ErrorCode::kCorrupt,
                [](FatImageBuilder& builder, uint32_t first) {
                  builder.SetEntry(first + 4, builder.bad_mark() - 1);
                });
}

TEST_P(FatVolumeChainTest, MayBeLongerThanItsFile) {
  FatImageBuilder builder({.type = GetParam()});
  const uint32_t first = builder.AddFile("FILE", Pattern(5 * 512));
  const uint32_t more = builder.AddFile("MORE", Pattern(5 * 512));
  builder.SetEntry(first + 4, more);
  MountedVolume volume(builder);

  EXPECT_THAT(volume.Contents("FILE"), IsOk());
}

INSTANTIATE_TEST_SUITE_P(Types,
                         FatVolumeChainTest,
                         ::testing::Values(FatType::kFat12,
                                           FatType::kFat16,
                                           FatType::kFat32));

class FatVolumeTest : public ::testing::Test {
 protected:
  FatVolumeTest() { builder_.AddFile("FILE", Pattern(1000)); }

  FatImageBuilder builder_;
};

TEST_F(FatVolumeTest, RefusesToReadBeyondTheEnd) {
  MountedVolume volume(builder_);
  ASSERT_OK_AND_ASSIGN(const File file, volume->Open("FILE"));
  block::AlignedBuffer buffer(4096);
  const MutableBytes out = buffer.bytes();

  EXPECT_THAT(volume->Read(file, 999, out.first(2)),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(volume->Read(file, UINT64_MAX, out.first(2)),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(volume->ReadInto(file, 1, 1000, out, volume.batch()),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(volume->Read(file, 1000, {}), IsOk());
}

TEST_F(FatVolumeTest, RefusesUnsuitableDestinations) {
  MountedVolume volume(builder_);
  ASSERT_OK_AND_ASSIGN(const File file, volume->Open("FILE"));
  block::AlignedBuffer buffer(4096);
  const MutableBytes out = buffer.bytes();
  FakeBlockDevice other(std::vector<std::byte>(512));
  std::array<block::BlockExtent, 1> storage;
  block::BlockBatch batch(other, storage);

  EXPECT_THAT(volume->ReadInto(file, 0, 1000, out.first(1023), volume.batch()),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(volume->ReadInto(file, 0, 1000, out.subspan(8), volume.batch()),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(volume->ReadInto(file, 0, 1000, out, batch),
              IsError(ErrorCode::kInvalidArgument));
}

TEST_F(FatVolumeTest, RefusesToReadADirectory) {
  builder_.AddDirectory("D");
  MountedVolume volume(builder_);
  ASSERT_OK_AND_ASSIGN(const File directory, volume->Open("D"));

  EXPECT_THAT(volume->Read(directory, 0, {}),
              IsError(ErrorCode::kInvalidArgument));
}

TEST_F(FatVolumeTest, RefusesTooLittleMemory) {
  FakeBlockDevice disk(builder_.image());
  block::AlignedBuffer scratch(FatVolume::MinScratchBytes(512) - 512);

  EXPECT_THAT(FatVolume::Create({&disk, 0, disk.geometry().block_count},
                                scratch.bytes()),
              IsError(ErrorCode::kNoMemory));
}

TEST_F(FatVolumeTest, MountsOnTheLargestBlocks) {
  MountedVolume volume(builder_, {.block_size_bytes = 32768});

  EXPECT_THAT(volume.Contents("FILE"),
              ::flint::testing::IsOkAndHolds(Pattern(1000)));
}

TEST_F(FatVolumeTest, RejectsARangeThatIsTooSmall) {
  FakeBlockDevice disk(builder_.image());
  block::AlignedBuffer scratch(FatVolume::MinScratchBytes(512));
  const uint64_t count = disk.geometry().block_count;

  EXPECT_THAT(FatVolume::Create({&disk, 0, count - 1}, scratch.bytes()),
              IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(FatVolume::Create({&disk, 0, 0}, scratch.bytes()),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(FatVolume::Create({&disk, 0, ~uint64_t{0}}, scratch.bytes()),
              IsError(ErrorCode::kOutOfRange));
}

TEST_F(FatVolumeTest, ReportsAFileThatCannotBeRead) {
  FatImageBuilder builder;
  const uint32_t first = builder.AddFile("FILE", Pattern(1000));
  MountedVolume volume(builder);
  volume.disk().FailReads(
      {.lba = volume.first_lba() + builder.ClusterOffset(first) / 512,
       .times = FakeBlockDevice::Failure::kAlways});
  ASSERT_OK_AND_ASSIGN(const File file, volume->Open("FILE"));

  EXPECT_THAT(volume.Contents("FILE"), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(volume.ContentsInto(file, 0, 1000),
              IsError(ErrorCode::kDeviceError));
}

TEST_F(FatVolumeTest, MountsDespiteUnreadableBlocksBehindTheBootSector) {
  FakeBlockDevice disk(builder_.image());
  disk.FailReads({.lba = 1, .times = FakeBlockDevice::Failure::kAlways});
  block::AlignedBuffer scratch(FatVolume::MinScratchBytes(512));

  ASSERT_OK_AND_ASSIGN(
      FatVolume volume,
      FatVolume::Create({&disk, 0, disk.geometry().block_count},
                        scratch.bytes()));

  block::AlignedBuffer buffer(1000);
  ASSERT_OK_AND_ASSIGN(const File file, volume.Open("FILE"));
  EXPECT_THAT(volume.Read(file, 0, buffer.bytes()), IsOk());
}

}  // namespace
}  // namespace flint::fat
