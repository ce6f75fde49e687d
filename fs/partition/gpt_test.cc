// SPDX-License-Identifier: Apache-2.0
#include "fs/partition/gpt.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/fake_block_device.h"
#include "fs/partition/gpt_image_builder.h"
#include "fs/partition/partition_table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/arena.h"
#include "testing/result_matchers.h"

namespace flint::partition {
namespace {

using block::FakeBlockDevice;
using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Shape = GptImageBuilder::Shape;

constexpr Guid kUnique = Guid::Of("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");

/// A disk being read, with the memory for it.
class Reader {
 public:
  explicit Reader(std::vector<std::byte> contents,
                  uint32_t block_size_bytes = 512)
      : disk_(std::move(contents), {.block_size_bytes = block_size_bytes}),
        scratch_(MinScratchBytes(block_size_bytes)) {}

  FakeBlockDevice& disk() { return disk_; }

  Result<PartitionTable> Read() {
    return ReadPartitionTable(disk_, scratch_.bytes(), arena_);
  }

 private:
  FakeBlockDevice disk_;
  block::AlignedBuffer scratch_;
  block::AlignedBuffer arena_memory_{size_t{4} << 20};
  Arena arena_{arena_memory_.bytes()};
};

/// The usual disk: an ESP in slot 15 and a root in slot 1.
std::vector<std::byte> UsualDisk() {
  return GptImageBuilder()
      .Add({.slot = 1, .first_lba = 100, .last_lba = 199, .name = u"root"})
      .Add({.slot = 15,
            .type = kEfiSystemType,
            .unique_guid = kUnique,
            .first_lba = 40,
            .last_lba = 99,
            .attributes = 5,
            .name = u"EFI ü€🚀"})
      .Build();
}

constexpr uint64_t kUsualBackupLba = 2047;

std::span<std::byte> Block(FakeBlockDevice& disk, uint64_t lba) {
  return disk.contents().subspan(lba * disk.geometry().block_size_bytes,
                                 disk.geometry().block_size_bytes);
}

TEST(Gpt, ListsPartitionsWithTheirSlotNumbers) {
  Reader reader(UsualDisk());

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, reader.Read());

  EXPECT_EQ(table.scheme, Scheme::kGpt);
  EXPECT_EQ(table.disk_guid, GptImageBuilder::kDiskGuid);
  EXPECT_FALSE(table.from_backup);
  EXPECT_EQ(table.rejected_count, 0u);
  ASSERT_THAT(table.partitions, SizeIs(2));
  EXPECT_EQ(table.partitions[0].number, 1u);
  EXPECT_EQ(table.partitions[0].name(), "root");
  const Partition& system = table.partitions[1];
  EXPECT_EQ(system.number, 15u);
  EXPECT_EQ(system.first_lba, 40u);
  EXPECT_EQ(system.block_count, 60u);
  EXPECT_EQ(system.type, kEfiSystemType);
  EXPECT_EQ(system.unique_guid, kUnique);
  EXPECT_EQ(system.attributes, 5u);
  EXPECT_EQ(system.name(), "EFI ü€🚀");
  EXPECT_EQ(system.type_name(), "EFI system");
}

TEST(Gpt, CostsOneRequest) {
  Reader reader(UsualDisk());

  ASSERT_OK(reader.Read());

  EXPECT_THAT(reader.disk().reads(), SizeIs(1));
}

TEST(Gpt, ReadsNamesOfFullLength) {
  const std::u16string name(36, u'\u20ac');
  Reader reader(GptImageBuilder()
                    .Add({.first_lba = 40, .last_lba = 40, .name = name})
                    .Build());

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, reader.Read());

  EXPECT_THAT(table.partitions[0].name(), SizeIs(108));
}

struct ShapeCase {
  std::string_view name;
  Shape shape;
};

class GptShapeTest : public ::testing::TestWithParam<ShapeCase> {};

TEST_P(GptShapeTest, ReadsBothCopies) {
  const Shape& shape = GetParam().shape;
  GptImageBuilder builder(shape);
  const uint64_t lba = builder.first_usable_lba();
  for (uint32_t slot = 1; slot <= shape.entry_count; ++slot) {
    builder.Add({.slot = slot, .first_lba = lba, .last_lba = lba});
  }
  Reader reader(builder.Build(), shape.block_size_bytes);

  ASSERT_OK_AND_ASSIGN(const PartitionTable primary, reader.Read());
  std::ranges::fill(Block(reader.disk(), 1), std::byte{0});
  ASSERT_OK_AND_ASSIGN(const PartitionTable backup, reader.Read());

  EXPECT_THAT(primary.partitions, SizeIs(shape.entry_count));
  EXPECT_FALSE(primary.from_backup);
  EXPECT_THAT(backup.partitions, SizeIs(shape.entry_count));
  EXPECT_TRUE(backup.from_backup);
  EXPECT_EQ(backup.partitions.back().number, shape.entry_count);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes,
    GptShapeTest,
    ::testing::Values(
        ShapeCase{"Usual", {}},
        ShapeCase{"Blocks1024", {.block_size_bytes = 1024}},
        ShapeCase{"Blocks2048", {.block_size_bytes = 2048}},
        ShapeCase{"Blocks4096", {.block_size_bytes = 4096}},
        ShapeCase{"OneEntry", {.entry_count = 1}},
        ShapeCase{"SixteenEntries", {.entry_count = 16}},
        ShapeCase{"OddEntryCount", {.entry_count = 129}},
        ShapeCase{"ManyEntries", {.block_count = 8192, .entry_count = 5000}},
        ShapeCase{"Entries256", {.entry_size_bytes = 256}},
        ShapeCase{"EntriesAcrossBlocks", {.entry_size_bytes = 136}},
        ShapeCase{"Entries4096", {.entry_count = 24, .entry_size_bytes = 4096}},
        ShapeCase{"LargestEntries",
                  {.entry_count = 8, .entry_size_bytes = kGptMaxEntryBytes}},
        ShapeCase{"ArrayElsewhere", {.array_lba = 700}}),
    [](const auto& info) { return std::string(info.param.name); });

struct FlawCase {
  std::string_view name;
  ErrorCode code;
  void (*edit)(GptHeader&);
};

class GptFlawTest : public ::testing::TestWithParam<FlawCase> {};

TEST_P(GptFlawTest, IsFoundAndTheBackupUsed) {
  Reader reader(UsualDisk());
  EditGptHeader(reader.disk().contents(), 512, 1, GetParam().edit);

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, reader.Read());

  EXPECT_TRUE(table.from_backup);
  EXPECT_THAT(table.partitions, SizeIs(2));
}

TEST_P(GptFlawTest, IsReportedIfTheBackupIsGone) {
  Reader reader(UsualDisk());
  EditGptHeader(reader.disk().contents(), 512, 1, GetParam().edit);
  std::ranges::fill(Block(reader.disk(), kUsualBackupLba), std::byte{0});

  EXPECT_THAT(reader.Read(), IsError(GetParam().code));
}

INSTANTIATE_TEST_SUITE_P(
    Flaws,
    GptFlawTest,
    ::testing::Values(
        FlawCase{"Signature",
                 ErrorCode::kCorrupt,
                 [](GptHeader& header) { header.signature[0] = 'X'; }},
        FlawCase{"Revision",
                 ErrorCode::kUnsupported,
                 [](GptHeader& header) { header.revision = 0x00020000; }},
        FlawCase{"HeaderTooSmall",
                 ErrorCode::kCorrupt,
                 [](GptHeader& header) { header.header_size_bytes = 91; }},
        FlawCase{"HeaderTooLarge",
                 ErrorCode::kCorrupt,
                 [](GptHeader& header) { header.header_size_bytes = 513; }},
        FlawCase{"MyLba",
                 ErrorCode::kCorrupt,
                 [](GptHeader& header) { header.my_lba = 2; }},
        FlawCase{"UsableRangeReversed",
                 ErrorCode::kCorrupt,
                 [](GptHeader& header) { header.last_usable_lba = 3; }},
        FlawCase{"ArrayInTheMbr",
                 ErrorCode::kCorrupt,
                 [](GptHeader& header) { header.entry_array_lba = 0; }},
        FlawCase{"ArrayBeyondTheDisk",
                 ErrorCode::kCorrupt,
                 [](GptHeader& header) { header.entry_array_lba = 2040; }},
        FlawCase{"ArrayFarBeyondTheDisk",
                 ErrorCode::kCorrupt,
                 [](GptHeader& header) { header.entry_array_lba = ~0ull; }},
        FlawCase{"EntriesTooSmall",
                 ErrorCode::kCorrupt,
                 [](GptHeader& header) { header.entry_size_bytes = 120; }},
        FlawCase{"EntriesMisaligned",
                 ErrorCode::kCorrupt,
                 [](GptHeader& header) { header.entry_size_bytes = 132; }},
        FlawCase{"EntriesHuge",
                 ErrorCode::kUnsupported,
                 [](GptHeader& header) { header.entry_size_bytes = 1 << 20; }},
        FlawCase{"TooManyEntries",
                 ErrorCode::kUnsupported,
                 [](GptHeader& header) { header.entry_count = ~0u; }},
        FlawCase{"ArrayChecksum",
                 ErrorCode::kCorrupt,
                 [](GptHeader& header) {
                   header.entry_array_crc32 = header.entry_array_crc32 ^ 1;
                 }}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Gpt, ChecksEveryByteOfTheHeader) {
  for (size_t i = 0; i < sizeof(GptHeader); ++i) {
    Reader reader(UsualDisk());
    Block(reader.disk(), 1)[i] ^= std::byte{0x10};

    ASSERT_OK_AND_ASSIGN(const PartitionTable table, reader.Read());

    EXPECT_TRUE(table.from_backup) << i;
  }
}

TEST(Gpt, ChecksTheEntries) {
  Reader reader(UsualDisk());
  Block(reader.disk(), 20)[100] ^= std::byte{1};

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, reader.Read());

  EXPECT_TRUE(table.from_backup);
}

TEST(Gpt, SurvivesTheLossOfTheDisksStart) {
  Reader reader(UsualDisk());
  std::ranges::fill(reader.disk().contents().first(34 * 512), std::byte{0});

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, reader.Read());

  EXPECT_TRUE(table.from_backup);
  EXPECT_THAT(table.partitions, SizeIs(2));
}

TEST(Gpt, FindsTheBackupWhereAGrownDiskLeftIt) {
  std::vector<std::byte> contents = UsualDisk();
  contents.resize(contents.size() + 1000 * 512);
  Reader reader(std::move(contents));
  Block(reader.disk(), 2)[0] ^= std::byte{1};  // the array, not the header

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, reader.Read());

  EXPECT_TRUE(table.from_backup);
}

TEST(Gpt, PrefersTheLastBlockToAWrongPlace) {
  Reader reader(UsualDisk());
  EditGptHeader(reader.disk().contents(), 512, 1, [](GptHeader& header) {
    header.alternate_lba = 50;
    header.entry_array_crc32 = 0;
  });

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, reader.Read());

  EXPECT_TRUE(table.from_backup);
}

TEST(Gpt, SurvivesUnreadableBlocks) {
  constexpr auto kAlways = FakeBlockDevice::Failure::kAlways;
  for (const uint64_t lba : {0u, 1u, 2u, 33u}) {
    Reader reader(UsualDisk());
    reader.disk().FailReads({.lba = lba, .times = kAlways});

    ASSERT_OK_AND_ASSIGN(const PartitionTable table, reader.Read());

    EXPECT_THAT(table.partitions, SizeIs(2)) << lba;
    EXPECT_EQ(table.from_backup, lba != 0) << lba;
  }
}

TEST(Gpt, ReportsADiskThatCannotBeRead) {
  constexpr auto kAlways = FakeBlockDevice::Failure::kAlways;
  Reader reader(UsualDisk());
  for (const uint64_t lba : {0u, 1u, 2047u}) {
    reader.disk().FailReads({.lba = lba, .times = kAlways});
  }

  EXPECT_THAT(reader.Read(), IsError(ErrorCode::kDeviceError));
}

TEST(Gpt, DoesNotNeedTheMbr) {
  Reader reader(GptImageBuilder({.with_protective_mbr = false})
                    .Add({.first_lba = 40, .last_lba = 40})
                    .Build());

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, reader.Read());

  EXPECT_THAT(table.partitions, SizeIs(1));
}

TEST(Gpt, IgnoresImpossiblePartitionsAndKeepsTheOthers) {
  GptImageBuilder builder;
  const uint64_t first = builder.first_usable_lba();
  const uint64_t last = builder.last_usable_lba();
  builder.Add({.slot = 1, .first_lba = first, .last_lba = last})
      .Add({.slot = 2, .first_lba = first + 1, .last_lba = first})
      .Add({.slot = 3, .first_lba = first - 1, .last_lba = last})
      .Add({.slot = 4, .first_lba = first, .last_lba = last + 1})
      .Add({.slot = 5, .first_lba = first, .last_lba = ~0ull})
      .Add({.slot = 6, .first_lba = last, .last_lba = last});
  Reader reader(builder.Build());

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, reader.Read());

  ASSERT_THAT(table.partitions, SizeIs(2));
  EXPECT_EQ(table.partitions[0].number, 1u);
  EXPECT_EQ(table.partitions[1].number, 6u);
  EXPECT_EQ(table.rejected_count, 4u);
}

TEST(Gpt, IgnoresPartitionsBeyondTheEndOfAShrunkDisk) {
  std::vector<std::byte> contents = UsualDisk();
  contents.resize(150 * 512);
  Reader reader(std::move(contents));

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, reader.Read());

  ASSERT_THAT(table.partitions, SizeIs(1));
  EXPECT_EQ(table.partitions[0].number, 15u);
  EXPECT_EQ(table.rejected_count, 1u);
}

TEST(Gpt, FailsCleanlyWhereverTheDiskEnds) {
  for (size_t blocks = 0; blocks < 34; ++blocks) {
    std::vector<std::byte> contents = UsualDisk();
    contents.resize(blocks * 512);
    Reader reader(std::move(contents));

    EXPECT_FALSE(reader.Read().has_value()) << blocks;
  }
}

TEST(Gpt, ListsAnEmptyTable) {
  Reader reader(GptImageBuilder().Build());

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, reader.Read());

  EXPECT_EQ(table.scheme, Scheme::kGpt);
  EXPECT_THAT(table.partitions, IsEmpty());
}

TEST(Gpt, SaysWhenMemoryIsTooSmall) {
  FakeBlockDevice disk(UsualDisk());
  block::AlignedBuffer scratch(MinScratchBytes(512));
  block::AlignedBuffer memory(2 * sizeof(Partition) - 1);
  Arena arena(memory.bytes());
  Arena no_arena({});

  EXPECT_THAT(ReadPartitionTable(disk, scratch.bytes(), arena),
              IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(ReadPartitionTable(disk, scratch.bytes().first(4096), no_arena),
              IsError(ErrorCode::kNoMemory));
}

TEST(ParseGptHeader, FailsWhereverTheBlockEnds) {
  const auto disk = UsualDisk();
  const Bytes block = Bytes(disk).subspan(512, 512);
  for (size_t size = 0; size < sizeof(GptHeader); ++size)
    EXPECT_FALSE(ParseGptHeader(block.first(size), 1, 2048).has_value());
  EXPECT_THAT(ParseGptHeader(block, 1, 2048), IsOk());
}

}  // namespace
}  // namespace flint::partition
