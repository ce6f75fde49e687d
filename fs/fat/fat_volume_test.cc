// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/fat_volume.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_batch.h"
#include "drivers/block/block_device.h"
#include "drivers/block/fake_block_device.h"
#include "fs/fat/boot_sector.h"
#include "fs/fat/fat_image_builder.h"
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
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using volume::File;
using Shape = FatImageBuilder::Shape;

/// Text of which no two stretches are alike.
std::string Pattern(size_t size) {
  std::string text(size, '\0');
  uint32_t state = 12345;
  for (char& c : text) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return text;
}

struct Options {
  uint32_t block_size_bytes = 512;
  size_t scratch_bytes = 0;  // 0 means the minimum
  /// Blocks before and after the volume, filled with garbage.
  uint64_t blocks_around = 3;
};

/// A volume mounted from the middle of a disk.
class Mounted {
 public:
  explicit Mounted(const FatImageBuilder& builder)
      : Mounted(builder, Options{}) {}
  Mounted(const FatImageBuilder& builder, const Options& options)
      : disk_(Surround(builder.image(), options),
              {.block_size_bytes = options.block_size_bytes}),
        scratch_(options.scratch_bytes != 0
                     ? options.scratch_bytes
                     : FatVolume::MinScratchBytes(options.block_size_bytes)),
        range_{&disk_,
               options.blocks_around,
               disk_.geometry().block_count - 2 * options.blocks_around},
        volume_(FatVolume::Create(range_, scratch_.bytes())),
        batch_(disk_, storage_) {
    EXPECT_THAT(volume_, IsOk());
  }

  FatVolume* operator->() { return &*volume_; }
  FakeBlockDevice& disk() { return disk_; }
  block::BlockBatch& batch() { return batch_; }
  uint64_t first_lba() const { return range_.first_lba; }

  /// The whole file, through `Read`.
  Result<std::string> Contents(std::string_view path) {
    const File file = TRY(volume_->Open(path));
    block::AlignedBuffer buffer(file.size_bytes + 1);
    TRY(volume_->Read(file, 0, buffer.bytes().subspan(1)));
    return std::string(AsText(buffer.bytes().subspan(1)));
  }

  /// Some of the file, through `ReadInto`.
  Result<std::string> ContentsInto(const File& file,
                                   uint64_t offset,
                                   uint64_t size) {
    const uint64_t block_size = disk_.geometry().block_size_bytes;
    const uint64_t room = (size + block_size - 1) / block_size * block_size;
    block::AlignedBuffer buffer(room);
    TRY(volume_->ReadInto(file, offset, size, buffer.bytes(), batch_));
    TRY(batch_.Submit());
    return std::string(AsText(buffer.bytes().first(size)));
  }

 private:
  static std::vector<std::byte> Surround(const std::vector<std::byte>& image,
                                         const Options& options) {
    const size_t around = options.blocks_around * options.block_size_bytes;
    std::vector<std::byte> disk(around, std::byte{0xa5});
    disk.insert(disk.end(), image.begin(), image.end());
    disk.resize((disk.size() + options.block_size_bytes - 1) /
                options.block_size_bytes * options.block_size_bytes);
    disk.resize(disk.size() + around, std::byte{0xa5});
    return disk;
  }

  FakeBlockDevice disk_;
  block::AlignedBuffer scratch_;
  block::BlockRange range_;
  Result<FatVolume> volume_;
  std::array<block::BlockExtent, 16> storage_{};
  block::BlockBatch batch_;
};

struct ReadCase {
  std::string_view name;
  Shape shape;
  uint32_t block_size_bytes = 512;
};

class FatReadTest : public ::testing::TestWithParam<ReadCase> {
 protected:
  FatReadTest() {
    builder_.AddFile("whole", contents_);
    builder_.AddFile("pieces", contents_, {.clusters_per_fragment = 3});
    builder_.AddFile("empty", "");
  }

  std::string contents_ = Pattern(45678);
  FatImageBuilder builder_{GetParam().shape};
};

TEST_P(FatReadTest, ReadsWholeFiles) {
  Mounted volume(builder_, {.block_size_bytes = GetParam().block_size_bytes});

  for (const std::string_view path : {"whole", "pieces"}) {
    ASSERT_OK_AND_ASSIGN(const File file, volume->Open(path));
    ASSERT_OK_AND_ASSIGN(const std::string now, volume.Contents(path));
    ASSERT_OK_AND_ASSIGN(const std::string later,
                         volume.ContentsInto(file, 0, file.size_bytes));
    EXPECT_TRUE(now == contents_) << path;
    EXPECT_TRUE(later == contents_) << path;
  }
}

TEST_P(FatReadTest, ReadsAnyPartOfAFile) {
  Mounted volume(builder_, {.block_size_bytes = GetParam().block_size_bytes});

  for (const std::string_view path : {"whole", "pieces"}) {
    ASSERT_OK_AND_ASSIGN(const File file, volume->Open(path));
    for (const uint64_t offset : {0ul, 1ul, 512ul, 4096ul, 5000ul, 40000ul}) {
      for (const uint64_t size : {0ul, 1ul, 511ul, 513ul, 5000ul, 5678ul}) {
        ASSERT_OK_AND_ASSIGN(const std::string part,
                             volume.ContentsInto(file, offset, size));
        EXPECT_TRUE(part == contents_.substr(offset, size))
            << path << " " << offset << " " << size;
      }
    }
  }
}

TEST_P(FatReadTest, ReadsAnEmptyFile) {
  Mounted volume(builder_, {.block_size_bytes = GetParam().block_size_bytes});

  EXPECT_THAT(volume.Contents("empty"),
              ::flint::testing::IsOkAndHolds(std::string()));
}

INSTANTIATE_TEST_SUITE_P(
    Shapes,
    FatReadTest,
    ::testing::Values(
        ReadCase{"Fat12", {.type = FatType::kFat12}},
        ReadCase{"Fat16", {.type = FatType::kFat16}},
        ReadCase{"Fat32", {.type = FatType::kFat32}},
        ReadCase{"Clusters4K",
                 {.type = FatType::kFat32, .sectors_per_cluster = 8}},
        ReadCase{"Clusters64K",
                 {.type = FatType::kFat12,
                  .sectors_per_cluster = 128,
                  .cluster_count = 30}},
        ReadCase{"Sectors1024",
                 {.type = FatType::kFat12, .sector_size_bytes = 1024}},
        ReadCase{"Sectors2048",
                 {.type = FatType::kFat32, .sector_size_bytes = 2048}},
        ReadCase{"Sectors4096On512",
                 {.type = FatType::kFat12, .sector_size_bytes = 4096}},
        ReadCase{"Sectors4096On4096",
                 {.type = FatType::kFat32, .sector_size_bytes = 4096},
                 4096},
        ReadCase{"Clusters256K",
                 {.type = FatType::kFat12,
                  .sector_size_bytes = 4096,
                  .sectors_per_cluster = 64,
                  .cluster_count = 10},
                 4096},
        // Clusters start inside a block, or share one.
        ReadCase{"Sectors512On4096", {.type = FatType::kFat12}, 4096},
        ReadCase{"Clusters4KInsideBlocks",
                 {.type = FatType::kFat32,
                  .sectors_per_cluster = 8,
                  .reserved_sectors = 33},
                 4096},
        ReadCase{"Sectors1024On2048",
                 {.type = FatType::kFat32, .sector_size_bytes = 1024},
                 2048}),
    [](const auto& info) { return std::string(info.param.name); });

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
  Mounted volume(OneFile(kLargeSize),
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
  Mounted volume(OneFile(kLargeSize));
  ASSERT_OK_AND_ASSIGN(const File file, volume->Open("initrd.img"));
  block::AlignedBuffer buffer(kLargeSize);
  volume.disk().ClearStatistics();

  ASSERT_OK(volume->ReadInto(
      file, 0, file.size_bytes, buffer.bytes(), volume.batch()));
  ASSERT_OK(volume.batch().Submit());

  EXPECT_LE(volume.disk().reads().size(), 4u);
}

TEST(FatVolume, ReadsFragmentsStraightToTheirPlaces) {
  Mounted volume(OneFile(kMediumSize, 64));
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
  Mounted volume(builder);

  ASSERT_OK(volume.Contents("loader/entries/debian.conf"));

  // Boot sector and table, three directories, the file.
  EXPECT_LE(volume.disk().reads().size(), 5u);
}

TEST(FatVolume, ReadsOnWithoutWalkingTheChainAgain) {
  Mounted volume(OneFile(kMediumSize));
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
    Mounted volume(builder);
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
  Mounted volume(builder);

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
  Mounted volume(builder_);
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
  Mounted volume(builder_);
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
  Mounted volume(builder_);
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
  Mounted volume(builder_, {.block_size_bytes = 32768});

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
  Mounted volume(builder);
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
