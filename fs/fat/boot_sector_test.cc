// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/boot_sector.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fs/fat/fat_image_builder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "testing/result_matchers.h"

namespace flint::fat {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using Shape = FatImageBuilder::Shape;

Result<Layout> Parse(const FatImageBuilder& builder) {
  return ParseBootSector(Bytes(builder.image()).first(kBootSectorBytes),
                         builder.image().size());
}

TEST(BootSector, PlacesTheAreasOfFat16) {
  FatImageBuilder builder({.sectors_per_cluster = 4, .reserved_sectors = 3});

  ASSERT_OK_AND_ASSIGN(const Layout layout, Parse(builder));

  EXPECT_EQ(layout.type, FatType::kFat16);
  EXPECT_EQ(layout.sector_size_bytes, 512u);
  EXPECT_EQ(layout.cluster_size_bytes, 2048u);
  EXPECT_EQ(layout.fat_offset, 3u * 512);
  EXPECT_EQ(layout.fat_size_bytes, 17u * 512);  // of 4202 entries
  EXPECT_EQ(layout.fat_count, 2u);
  EXPECT_EQ(layout.root_offset, 37u * 512);
  EXPECT_EQ(layout.root_size_bytes, 32u * 512);
  EXPECT_EQ(layout.data_offset, 69u * 512);
  EXPECT_EQ(layout.cluster_count, 4200u);
  EXPECT_EQ(layout.total_bytes, builder.image().size());
  EXPECT_EQ(layout.volume_id, 0xcafe1234u);
  EXPECT_TRUE(layout.IsCluster(2));
  EXPECT_TRUE(layout.IsCluster(4201));
  EXPECT_FALSE(layout.IsCluster(1));
  EXPECT_FALSE(layout.IsCluster(4202));
  EXPECT_EQ(layout.ClusterOffset(4201), layout.total_bytes - 2048);
}

TEST(BootSector, PlacesTheRootOfFat32) {
  FatImageBuilder builder({.type = FatType::kFat32});

  ASSERT_OK_AND_ASSIGN(const Layout layout, Parse(builder));

  EXPECT_EQ(layout.type, FatType::kFat32);
  EXPECT_EQ(layout.root_cluster, 2u);
  EXPECT_EQ(layout.root_size_bytes, 0u);
  EXPECT_EQ(layout.volume_id, 0xcafe1234u);
  EXPECT_TRUE(layout.fats_are_mirrored);
}

TEST(BootSector, RoundsTheRootDirectoryUpToSectors) {
  FatImageBuilder builder({.sector_size_bytes = 4096, .root_entry_count = 100});

  ASSERT_OK_AND_ASSIGN(const Layout layout, Parse(builder));

  EXPECT_EQ(layout.root_size_bytes, 3200u);
  EXPECT_EQ(layout.data_offset, layout.root_offset + 4096);
}

struct TypeCase {
  uint32_t cluster_count;
  FatType made;
  FatType expected;
};

class BootSectorTypeTest : public ::testing::TestWithParam<TypeCase> {};

TEST_P(BootSectorTypeTest, FollowsFromTheClusterCount) {
  const TypeCase& c = GetParam();
  FatImageBuilder builder({.type = c.made, .cluster_count = c.cluster_count});

  ASSERT_OK_AND_ASSIGN(const Layout layout, Parse(builder));

  EXPECT_EQ(layout.type, c.expected);
  EXPECT_EQ(layout.cluster_count, c.cluster_count);
}

INSTANTIATE_TEST_SUITE_P(
    Limits,
    BootSectorTypeTest,
    ::testing::Values(
        TypeCase{1, FatType::kFat12, FatType::kFat12},
        TypeCase{4084, FatType::kFat12, FatType::kFat12},
        TypeCase{4085, FatType::kFat16, FatType::kFat16},
        TypeCase{65524, FatType::kFat16, FatType::kFat16},
        TypeCase{65525, FatType::kFat32, FatType::kFat32},
        // Fewer than there should be, but it cannot be anything else.
        TypeCase{1000, FatType::kFat32, FatType::kFat32}));

class BootSectorShapeTest : public ::testing::TestWithParam<Shape> {};

TEST_P(BootSectorShapeTest, IsAccepted) {
  EXPECT_THAT(Parse(FatImageBuilder(GetParam())), IsOk());
}

INSTANTIATE_TEST_SUITE_P(Shapes,
                         BootSectorShapeTest,
                         ::testing::Values(Shape{.sector_size_bytes = 1024},
                                           Shape{.sector_size_bytes = 2048},
                                           Shape{.type = FatType::kFat12,
                                                 .sector_size_bytes = 4096,
                                                 .sectors_per_cluster = 64},
                                           Shape{.type = FatType::kFat12,
                                                 .sectors_per_cluster = 128},
                                           Shape{.fat_count = 1},
                                           Shape{.fat_count = 3}));

struct FlawCase {
  std::string_view name;
  ErrorCode code;
  size_t offset;
  size_t width;
  uint32_t value;
  FatType type = FatType::kFat16;
};

class BootSectorFlawTest : public ::testing::TestWithParam<FlawCase> {};

TEST_P(BootSectorFlawTest, IsFound) {
  const FlawCase& c = GetParam();
  FatImageBuilder builder({.type = c.type});
  for (size_t i = 0; i < c.width; ++i) {
    builder.bytes()[c.offset + i] = static_cast<std::byte>(c.value >> 8 * i);
  }

  EXPECT_THAT(Parse(builder), IsError(c.code));
}

constexpr auto kFat32 = FatType::kFat32;

INSTANTIATE_TEST_SUITE_P(
    Flaws,
    BootSectorFlawTest,
    ::testing::Values(
        FlawCase{"Signature", ErrorCode::kNotFound, 510, 2, 0x55aa},
        FlawCase{"SectorSizeZero", ErrorCode::kNotFound, 11, 2, 0},
        FlawCase{"SectorSizeOdd", ErrorCode::kNotFound, 11, 2, 768},
        FlawCase{"SectorSizeSmall", ErrorCode::kNotFound, 11, 2, 256},
        FlawCase{"SectorSizeLarge", ErrorCode::kNotFound, 11, 2, 8192},
        FlawCase{"Media", ErrorCode::kNotFound, 21, 1, 0xf1},
        FlawCase{"ClusterSizeZero", ErrorCode::kCorrupt, 13, 1, 0},
        FlawCase{"ClusterSizeOdd", ErrorCode::kCorrupt, 13, 1, 3},
        FlawCase{"NoReservedSector", ErrorCode::kCorrupt, 14, 2, 0},
        FlawCase{"NoTable", ErrorCode::kCorrupt, 16, 1, 0},
        FlawCase{"NoRootDirectory", ErrorCode::kCorrupt, 17, 2, 0},
        FlawCase{"NoSectors", ErrorCode::kCorrupt, 19, 2, 0},
        FlawCase{"NoRoomForData", ErrorCode::kCorrupt, 19, 2, 67},
        FlawCase{"LargerThanThePartition", ErrorCode::kCorrupt, 19, 2, 65535},
        FlawCase{"TableTooLarge", ErrorCode::kCorrupt, 22, 2, 0xffff},
        FlawCase{"NoTableSize", ErrorCode::kCorrupt, 36, 4, 0, kFat32},
        FlawCase{"HugeTable", ErrorCode::kCorrupt, 36, 4, ~0u, kFat32},
        FlawCase{"Version", ErrorCode::kUnsupported, 42, 2, 1, kFat32},
        FlawCase{"RootIsFree", ErrorCode::kCorrupt, 44, 4, 0, kFat32},
        FlawCase{"RootBeyond", ErrorCode::kCorrupt, 44, 4, 302, kFat32},
        FlawCase{"RootOfFat16", ErrorCode::kCorrupt, 17, 2, 16, kFat32},
        FlawCase{"ActiveTable", ErrorCode::kCorrupt, 40, 2, 0x82, kFat32}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(BootSector, NamesOtherFileSystems) {
  for (const std::string_view name : {"NTFS    ", "EXFAT   "}) {
    FatImageBuilder builder;
    std::ranges::copy(AsBytes(name), builder.bytes().begin() + 3);

    EXPECT_THAT(Parse(builder), IsError(ErrorCode::kUnsupported));
  }
}

TEST(BootSector, TellsWhichTableIsActive) {
  FatImageBuilder builder({.type = FatType::kFat32});
  builder.bytes()[40] = std::byte{0x81};

  ASSERT_OK_AND_ASSIGN(const Layout layout, Parse(builder));

  EXPECT_FALSE(layout.fats_are_mirrored);
  EXPECT_EQ(layout.active_fat, 1u);
}

TEST(BootSector, CountsOnlyClustersThatHaveAnEntry) {
  FatImageBuilder builder({.type = FatType::kFat32});
  builder.bytes()[36] = std::byte{1};  // one sector for the table: 128 entries

  ASSERT_OK_AND_ASSIGN(const Layout layout, Parse(builder));

  EXPECT_EQ(layout.cluster_count, 126u);
}

TEST(BootSector, RejectsTooManyClustersForFat16) {
  FatImageBuilder builder({.type = FatType::kFat16, .cluster_count = 65524});
  // Without its root directory's 32 sectors there is room for 31 more.
  builder.bytes()[17] = std::byte{16};
  builder.bytes()[18] = std::byte{0};

  EXPECT_THAT(Parse(builder), IsError(ErrorCode::kCorrupt));
}

TEST(BootSector, FailsWhereverItEnds) {
  for (const FatType type : {FatType::kFat16, FatType::kFat32}) {
    FatImageBuilder builder({.type = type});
    const Bytes sector = Bytes(builder.image()).first(kBootSectorBytes);
    for (size_t size = 0; size < kBootSectorBytes; ++size) {
      EXPECT_FALSE(ParseBootSector(sector.first(size), builder.image().size())
                       .has_value())
          << size;
    }
  }
}

}  // namespace
}  // namespace flint::fat
