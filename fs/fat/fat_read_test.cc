// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fs/fat/boot_sector.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/mounted_volume.h"
#include "fs/volume/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

// Reading files of volumes of many shapes, on disks of many.

namespace flint::fat {
namespace {

using ::flint::testing::IsOkAndHolds;
using volume::File;
using Shape = FatImageBuilder::Shape;

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
  MountedVolume volume(builder_,
                       {.block_size_bytes = GetParam().block_size_bytes});

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
  MountedVolume volume(builder_,
                       {.block_size_bytes = GetParam().block_size_bytes});

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
  MountedVolume volume(builder_,
                       {.block_size_bytes = GetParam().block_size_bytes});

  EXPECT_THAT(volume.Contents("empty"), IsOkAndHolds(std::string()));
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

}  // namespace
}  // namespace flint::fat
