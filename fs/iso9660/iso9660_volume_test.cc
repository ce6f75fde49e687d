// SPDX-License-Identifier: Apache-2.0
#include "fs/iso9660/iso9660_volume.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/block/fake_block_device.h"
#include "fs/iso9660/iso_image_builder.h"
#include "fs/iso9660/mounted_iso.h"
#include "fs/volume/file_system.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

// Volumes laid out by hand; those of real tools are in iso9660_sample_test.cc.

namespace flint::iso9660 {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using Builder = IsoImageBuilder;
using Names = std::vector<std::string>;
using Place = Builder::Place;
using volume::File;

constexpr uint32_t kRegular = 0100444;

/// What a file with this name in Rock Ridge has.
std::string Rock(std::string_view name) {
  return Builder::PosixMode(kRegular) + Builder::RockName(name);
}

TEST(Iso9660Volume, StripsVersionsAndEmptyExtensions) {
  Builder builder;
  const Place data = builder.AddData("data");
  builder.WriteRoot({{.name = "A.;1", .place = data},
                     {.name = "B.TXT;12", .place = data},
                     {.name = "C", .place = data},
                     {.name = "lower_case.long.name;1", .place = data},
                     {.name = "X/\x01\xff;1", .place = data},
                     {.name = "..;1", .place = data}});
  MountedIso iso(builder.image());
  ASSERT_THAT(iso.result(), IsOk());

  ASSERT_OK_AND_ASSIGN(const Names names, iso.List("/"));

  EXPECT_EQ(names, (Names{"A", "B.TXT", "C", "lower_case.long.name", "X___"}));
  EXPECT_EQ(iso.Contents("b.txt").value_or("?"), "data");
}

TEST(Iso9660Volume, PrefersTheNameOfTheSameCase) {
  Builder builder;
  builder.WriteRoot({{.name = "A;1",
                      .place = builder.AddData("capital"),
                      .system_use = Rock("README")},
                     {.name = "B;1",
                      .place = builder.AddData("small"),
                      .system_use = Rock("readme")}},
                    Builder::RootUse());
  MountedIso iso(builder.image());
  ASSERT_THAT(iso.result(), IsOk());

  EXPECT_EQ(iso.Contents("readme").value_or("?"), "small");
  EXPECT_EQ(iso.Contents("README").value_or("?"), "capital");
  EXPECT_EQ(iso.Contents("ReadMe").value_or("?"), "capital");
  ASSERT_OK_AND_ASSIGN(const File one, iso->Open("readme"));
  ASSERT_OK_AND_ASSIGN(const File other, iso->Open("README"));
  EXPECT_FALSE(iso->IsSame(one, other));
}

TEST(Iso9660Volume, ShowsThePlainNameWhereRockRidgesWouldDoHarm) {
  Builder builder;
  const Place data = builder.AddData("data");
  builder.WriteRoot(
      {{.name = "A;1", .place = data, .system_use = Rock("a/b")},
       {.name = "B;1", .place = data, .system_use = Rock("..")},
       {.name = "C;1", .place = data, .system_use = Rock("\x1b[2J")},
       {.name = "D;1", .place = data, .system_use = Rock("\xff\xfe")},
       {.name = "E;1", .place = data, .system_use = Rock("")},
       {.name = "F;1",
        .place = data,
        .system_use = Builder::RockName("in ", 1) + Builder::RockName("two")}},
      Builder::RootUse());
  MountedIso iso(builder.image());
  ASSERT_THAT(iso.result(), IsOk());

  ASSERT_OK_AND_ASSIGN(const Names names, iso.List("/"));

  EXPECT_EQ(names, (Names{"A", "B", "C", "D", "E", "in two"}));
}

TEST(Iso9660Volume, LeavesOutWhatIsNoFile) {
  Builder builder;
  const Place data = builder.AddData("data");
  builder.WriteRoot(
      {{.name = "ASSOC;1", .place = data, .flags = Builder::kAssociated},
       {.name = "LINK;1",
        .place = data,
        .system_use = Builder::Entry("SL", std::string("\0\0\1x", 4))},
       {.name = "PIPE;1",
        .place = data,
        .system_use = Builder::PosixMode(0010644)},
       {.name = "MOVED",
        .place = data,
        .flags = Builder::kDirectory,
        .system_use = Builder::Entry("RE", "")},
       {.name = "FILE;1", .place = data, .system_use = Rock("file")}},
      Builder::RootUse());
  MountedIso iso(builder.image());
  ASSERT_THAT(iso.result(), IsOk());

  ASSERT_OK_AND_ASSIGN(const Names names, iso.List("/"));

  EXPECT_EQ(names, Names{"file"});
}

TEST(Iso9660Volume, SkipsWhatOthersKeepInEveryRecord) {
  Builder builder;
  const Place data = builder.AddData("data");
  builder.WriteRoot({{.name = "A;1",
                      .place = data,
                      .system_use = std::string(14, '\x55') + Rock("name")}},
                    Builder::RootUse(14));
  MountedIso iso(builder.image());
  ASSERT_THAT(iso.result(), IsOk());

  EXPECT_EQ(iso.Contents("name").value_or("?"), "data");
}

TEST(Iso9660Volume, FollowsContinuations) {
  Builder builder;
  const Place second =
      builder.AddData("..junk.." + Builder::RockName("name", 0));
  const Place first = builder.AddData(
      Builder::RockName("long ", 1) +
      Builder::Continuation({second.block, second.size_bytes - 8}, 8));
  const Place data = builder.AddData("data");
  builder.WriteRoot({{.name = "A;1",
                      .place = data,
                      .system_use = Builder::RockName("a ", 1) +
                                    Builder::Continuation(first)}},
                    Builder::RootUse());
  MountedIso iso(builder.image());
  ASSERT_THAT(iso.result(), IsOk());

  EXPECT_EQ(iso.Contents("a long name").value_or("?"), "data");
}

TEST(Iso9660Volume, RefusesContinuationsWithoutEnd) {
  Builder builder;
  Place loop = builder.Reserve(28);
  builder.Write(builder.OffsetOf(loop), Builder::Continuation(loop));
  for (const Place& place :
       {loop, Place{loop.block, 2049}, Place{0xffffffff, 28}}) {
    Builder broken = builder;
    broken.WriteRoot(
        {{.name = "A;1", .system_use = Builder::Continuation(place)}},
        Builder::RootUse());
    MountedIso iso(broken.image());
    ASSERT_THAT(iso.result(), IsOk());

    EXPECT_THAT(iso.List("/"), IsError(ErrorCode::kCorrupt));
  }
}

TEST(Iso9660Volume, BoundsTheRequestsForContinuations) {
  // Each file's entries are further away than a window shows.
  Builder builder(2048, 512);
  const Place root = builder.Reserve(size_t{256} * 1024);
  builder.AddPrimary(root);
  std::vector<Builder::Record> records;
  for (uint32_t i = 0; i < 3000; ++i) {
    const uint32_t block = i % 2 == 0 ? 300 : 400;
    records.push_back({.name = "F" + std::to_string(i),
                       .system_use = Builder::Continuation(
                           {.block = block, .size_bytes = 4})});
  }
  builder.WriteDirectory(root, root, records, Builder::RootUse());
  MountedIso iso(builder.image());
  ASSERT_THAT(iso.result(), IsOk());

  EXPECT_THAT(iso->Open("missing"), IsError(ErrorCode::kCorrupt));
  EXPECT_LE(iso.disk().read_call_count(), 1200u);
  // That is about one lookup, not all there ever are.
  EXPECT_THAT(iso->Open("F1"), IsOk());
}

TEST(Iso9660Volume, JoinsTheSectionsOfAFile) {
  Builder builder;
  // In the wrong order on the disk, and none a whole number of blocks.
  const Place last = builder.AddData(std::string(100, 'c'));
  const Place first = builder.AddData(std::string(3000, 'a'));
  const Place middle = builder.AddData(std::string(2048, 'b'));
  builder.WriteRoot(
      {{.name = "BIG;1", .place = first, .flags = Builder::kContinued},
       {.name = "BIG;1", .place = middle, .flags = Builder::kContinued},
       {.name = "BIG;1", .place = last},
       {.name = "NEXT;1", .place = last}});
  for (const uint32_t block_size : {512u, 2048u, 4096u}) {
    MountedIso iso(builder.image(), block_size);
    ASSERT_THAT(iso.result(), IsOk());

    ASSERT_OK_AND_ASSIGN(const Names names, iso.List("/"));
    EXPECT_EQ(names, (Names{"BIG", "NEXT"}));
    EXPECT_EQ(iso.Contents("big").value_or("?"),
              std::string(3000, 'a') + std::string(2048, 'b') +
                  std::string(100, 'c'));
    ASSERT_OK_AND_ASSIGN(const File file, iso->Open("BIG"));
    std::string part(2050, '?');
    ASSERT_OK(iso->Read(file, 2999, std::as_writable_bytes(std::span(part))));
    EXPECT_EQ(part, "a" + std::string(2048, 'b') + "c");
  }
}

TEST(Iso9660Volume, RefusesSectionsThatDoNotEnd) {
  Builder builder;
  const Place data = builder.AddData("data");
  const Builder::Record section{
      .name = "A;1", .place = data, .flags = Builder::kContinued};
  Builder alone = builder;
  alone.WriteRoot({section});
  Builder mixed = builder;
  mixed.WriteRoot({section, {.name = "B;1", .place = data}});
  Builder many = builder;
  many.WriteRoot(std::vector<Builder::Record>(100, section));

  EXPECT_THAT(MountedIso(alone.image()).List("/"),
              IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(MountedIso(mixed.image()).List("/"),
              IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(MountedIso(many.image()).List("/"),
              IsError(ErrorCode::kUnsupported));
}

TEST(Iso9660Volume, RefusesContentsThatItCannotRead) {
  Builder builder;
  const Place data = builder.AddData("data");
  builder.WriteRoot(
      {{.name = "GAPS;1", .place = data, .interleave_gap_blocks = 1},
       {.name = "ZIPPED;1",
        .place = data,
        .system_use = Rock("zipped") + Builder::Entry("ZF", "pz0123456789")},
       {.name = "BEYOND;1", .place = {.block = 127, .size_bytes = 2049}},
       {.name = "FAR;1", .place = {.block = 0xffffffff, .size_bytes = 1}},
       {.name = "NOTHING;1", .place = {.block = 0xffffffff}}},
      Builder::RootUse());
  MountedIso iso(builder.image());
  ASSERT_THAT(iso.result(), IsOk());

  EXPECT_THAT(iso.Contents("gaps"), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(iso.Contents("zipped"), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(iso.Contents("beyond"), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(iso.Contents("far"), IsError(ErrorCode::kCorrupt));
  EXPECT_EQ(iso.Contents("nothing").value_or("?"), "");
}

TEST(Iso9660Volume, SkipsExtendedAttributes) {
  Builder builder(512);
  const Place data = builder.AddData(std::string(1024, 'x') + "data");
  builder.WriteRoot({{.name = "A;1",
                      .place = {data.block, 4},
                      .extended_attribute_blocks = 2}});
  MountedIso iso(builder.image(), 512);
  ASSERT_THAT(iso.result(), IsOk());

  EXPECT_EQ(iso.Contents("a").value_or("?"), "data");
}

TEST(Iso9660Volume, HasBlocksOfEachSize) {
  for (const uint32_t block_size : {512u, 1024u, 2048u}) {
    Builder builder(block_size);
    builder.WriteRoot({{.name = "A;1", .place = builder.AddData("data")}});
    MountedIso iso(builder.image());
    ASSERT_THAT(iso.result(), IsOk());

    EXPECT_EQ(iso.Contents("a").value_or("?"), "data");
    EXPECT_EQ(iso->Describe().value_or(volume::VolumeInfo{}).cluster_size_bytes,
              block_size);
  }
}

TEST(Iso9660Volume, HoldsCallersToTheInterface) {
  Builder builder;
  builder.WriteRoot({{.name = "A;1", .place = builder.AddData("data")}});
  MountedIso iso(builder.image());
  ASSERT_THAT(iso.result(), IsOk());
  ASSERT_OK_AND_ASSIGN(const File file, iso->Open("a"));
  std::vector<std::byte> out(5);
  volume::DirectoryCursor cursor;
  volume::DirectoryEntry entry;

  EXPECT_THAT(iso->Read(file, 0, out), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(iso->Read(iso->root(), 0, {}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(iso->Open("a/b"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(iso->List(file, cursor, entry),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(Iso9660Volume, ReportsWhatTheDiskReports) {
  Builder builder;
  builder.WriteRoot({{.name = "A;1", .place = builder.AddData("data")}});
  MountedIso iso(builder.image());
  ASSERT_THAT(iso.result(), IsOk());
  ASSERT_OK_AND_ASSIGN(const File file, iso->Open("a"));
  iso.disk().FailReads({.lba = file.location[0] / 2048,
                        .times = block::FakeBlockDevice::Failure::kAlways});
  std::vector<std::byte> out(4);

  EXPECT_THAT(iso->Read(file, 0, out), IsError(ErrorCode::kDeviceError));
}

}  // namespace
}  // namespace flint::iso9660
