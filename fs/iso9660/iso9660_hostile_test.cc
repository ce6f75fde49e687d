// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fs/iso9660/iso9660_volume.h"
#include "fs/iso9660/iso_image_builder.h"
#include "fs/iso9660/mounted_iso.h"
#include "fs/volume/file_system.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

// Volumes whose records, roots, relocations and circles are wrong.

namespace flint::iso9660 {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using Builder = IsoImageBuilder;
using Names = std::vector<std::string>;
using Place = Builder::Place;
using volume::File;

TEST(HostileIso9660, RefusesRecordsOfImpossibleSize) {
  Builder builder;
  const Place data = builder.AddData("data");
  const size_t record = builder.WriteRoot({{.name = "A;1", .place = data}})[0];
  const auto listing_with = [&](size_t field, uint8_t value) {
    Builder broken = builder;
    broken.image()[record + field] = std::byte{value};
    return MountedIso(broken.image()).List("/");
  };

  EXPECT_THAT(listing_with(0, 33), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(listing_with(0, 1), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(listing_with(32, 0), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(listing_with(32, 200), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(listing_with(0, 0), IsOk());  // the end of the sector
}

TEST(HostileIso9660, RefusesRecordsThatCrossTheEndOfTheirSector) {
  Builder builder;
  std::vector<Builder::Record> records(
      50, {.name = "A_NAME.TXT;1", .place = builder.AddData("x")});
  const std::vector<size_t> offsets = builder.WriteRoot(records);
  const size_t first_of_second = *std::ranges::find_if(
      offsets,
      [&](size_t offset) { return offset / 2048 != offsets[0] / 2048; });
  size_t last = 0;
  for (const size_t offset : offsets) {
    if (offset < first_of_second) last = offset;
  }
  builder.image()[last] = std::byte{250};

  EXPECT_THAT(MountedIso(builder.image()).List("/"),
              IsError(ErrorCode::kCorrupt));
}

TEST(HostileIso9660, RefusesRootsThatAreNone) {
  Builder builder;
  const Place root = builder.Reserve(2048);
  builder.AddPrimary(root);
  const auto mount = [](const Builder& with) {
    Builder copy = with;
    return MountedIso(copy.image()).result().error().code();
  };
  EXPECT_EQ(mount(builder), ErrorCode::kCorrupt);  // all zeros

  builder.WriteDirectory(root, root, {});
  ASSERT_THAT(MountedIso(builder.image()).result(), IsOk());
  constexpr size_t kDescriptor = size_t{16} * 2048;
  const auto mount_with = [&](size_t field, uint8_t value) {
    Builder broken = builder;
    broken.image()[kDescriptor + field] = std::byte{value};
    return mount(broken);
  };
  EXPECT_EQ(mount_with(1, 'X'), ErrorCode::kNotFound);
  EXPECT_EQ(mount_with(0, 3), ErrorCode::kCorrupt);        // no primary
  EXPECT_EQ(mount_with(129, 3), ErrorCode::kUnsupported);  // block size
  EXPECT_EQ(mount_with(129, 16), ErrorCode::kUnsupported);
  EXPECT_EQ(mount_with(156, 0), ErrorCode::kCorrupt);     // the root's record
  EXPECT_EQ(mount_with(160, 1), ErrorCode::kCorrupt);     // its block
  EXPECT_EQ(mount_with(169, 0xff), ErrorCode::kCorrupt);  // its size
  EXPECT_EQ(mount_with(181, 0), ErrorCode::kCorrupt);     // its flags
}

TEST(HostileIso9660, FindsJolietBesideABrokenOne) {
  Builder builder;
  const Place root = builder.Reserve(2048);
  const Place joliet = builder.Reserve(2048);
  const Place data = builder.AddData("data");
  builder.AddPrimary(root);
  builder.AddJoliet({.block = joliet.block});
  builder.AddJoliet(joliet, "Second");
  builder.image()[17 * 2048 + 129] = std::byte{3};  // the first's block size
  builder.WriteDirectory(root, root, {});
  builder.WriteDirectory(
      joliet,
      joliet,
      {{.name = Builder::Ucs2("a long name.txt;1"), .place = data}});
  MountedIso iso(builder.image());
  ASSERT_THAT(iso.result(), IsOk());

  EXPECT_EQ(iso->naming(), Naming::kJoliet);
  EXPECT_EQ(iso.Contents("A Long Name.txt").value_or("?"), "data");
  EXPECT_EQ(iso->Describe().value_or(volume::VolumeInfo{}).label(), "Second");
}

TEST(HostileIso9660, RefusesRelocationsThatLeadNowhere) {
  Builder builder;
  const Place elsewhere = builder.AddData("no directory here");
  builder.WriteRoot(
      {{.name = "A;1",
        .system_use = Builder::Entry("CL", Builder::Both(elsewhere.block))}},
      Builder::RootUse());
  MountedIso iso(builder.image());
  ASSERT_THAT(iso.result(), IsOk());

  EXPECT_THAT(iso.List("/"), IsError(ErrorCode::kCorrupt));
}

TEST(HostileIso9660, GoesRoundInCirclesOnlyAsFarAsAsked) {
  Builder builder;
  const Place inner = builder.Reserve(2048);
  const Place root = builder.Reserve(2048);
  builder.AddPrimary(root);
  builder.WriteDirectory(
      root,
      root,
      {{.name = "D", .place = inner, .flags = Builder::kDirectory}});
  builder.WriteDirectory(
      inner,
      root,
      {{.name = "D", .place = root, .flags = Builder::kDirectory}});
  MountedIso iso(builder.image());
  ASSERT_THAT(iso.result(), IsOk());

  ASSERT_OK_AND_ASSIGN(const File file, iso->Open("d/d/d/../d/d"));
  ASSERT_OK_AND_ASSIGN(const File expected, iso->Open("/"));
  EXPECT_TRUE(iso->IsSame(file, expected));
}

TEST(HostileIso9660, RefusesDirectoriesWithoutWayBack) {
  Builder builder;
  const Place inner = builder.Reserve(2048);
  builder.WriteRoot(
      {{.name = "D", .place = inner, .flags = Builder::kDirectory}});
  MountedIso iso(builder.image());
  ASSERT_THAT(iso.result(), IsOk());

  EXPECT_THAT(iso->Open("D"), IsOk());
  EXPECT_THAT(iso->Open("D/.."), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(iso->Open("D/x"), IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace flint::iso9660
