// SPDX-License-Identifier: Apache-2.0
#include "fs/partition/mbr.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
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
#include "platforms/base/bytes.h"
#include "testing/result_matchers.h"

namespace flint::partition {
namespace {

using block::FakeBlockDevice;
using ::flint::testing::IsError;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr uint64_t kDiskBlocks = 4096;
constexpr uint32_t kSignature = 0x12345678;

MbrEntry Entry(uint8_t type, uint32_t first_lba, uint32_t block_count) {
  return {.status = 0,
          .first_chs = {},
          .type = type,
          .last_chs = {},
          .first_lba = first_lba,
          .block_count = block_count};
}

class MbrTest : public ::testing::Test {
 protected:
  void PutRecord(uint64_t lba, std::vector<MbrEntry> entries) {
    MasterBootRecord record{};
    record.disk_signature = kSignature;
    std::ranges::copy(entries, record.entries.begin());
    record.boot_signature = 0xaa55;
    ASSERT_OK(WriteWire(disk_.contents(), lba * 512, record));
  }

  /// A boot sector as mkfs.fat writes one for the whole disk: FAT16.
  void PutFatBootSector() {
    constexpr std::string_view kStart(
        "\xeb\x3c\x90mkfs.fat\x00\x02\x01\x01\x00\x02\x00\x02\x00\x10\xf8"
        "\x10\x00\x20\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        "\x80\x00\x29\x01\x02\x03\x04NO NAME    FAT12   ",
        62);
    std::ranges::copy(AsBytes(kStart), disk_.contents().begin());
    disk_.contents()[510] = std::byte{0x55};
    disk_.contents()[511] = std::byte{0xaa};
  }

  Result<PartitionTable> Read() {
    return ReadPartitionTable(disk_, scratch_.bytes(), arena_);
  }

  FakeBlockDevice disk_{std::vector<std::byte>(kDiskBlocks * 512)};
  block::AlignedBuffer scratch_{MinScratchBytes(512)};
  block::AlignedBuffer arena_memory_{size_t{1} << 20};
  Arena arena_{arena_memory_.bytes()};
};

std::vector<uint32_t> Numbers(const PartitionTable& table) {
  std::vector<uint32_t> numbers;
  for (const Partition& partition : table.partitions) {
    numbers.push_back(partition.number);
  }
  return numbers;
}

TEST_F(MbrTest, ListsPrimaryPartitions) {
  MbrEntry active = Entry(0xef, 64, 100);
  active.status = 0x80;
  PutRecord(0, {Entry(0x83, 200, 300), {}, active});

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_EQ(table.scheme, Scheme::kMbr);
  EXPECT_EQ(table.mbr_signature, kSignature);
  EXPECT_THAT(Numbers(table), ElementsAre(1, 3));
  const Partition& system = table.partitions[1];
  EXPECT_EQ(system.first_lba, 64u);
  EXPECT_EQ(system.block_count, 100u);
  EXPECT_EQ(system.mbr_type, 0xef);
  EXPECT_TRUE(system.mbr_active);
  EXPECT_EQ(system.mbr_signature, kSignature);
  EXPECT_EQ(system.type_name(), "EFI system");
  EXPECT_FALSE(table.partitions[0].mbr_active);
}

TEST_F(MbrTest, FollowsTheChainOfLogicalPartitions) {
  PutRecord(0, {Entry(0x83, 64, 100), Entry(0x0f, 1000, 3000)});
  PutRecord(1000, {Entry(0x83, 10, 50), Entry(0x05, 500, 100)});
  PutRecord(1500, {Entry(0x0c, 10, 60), Entry(0x05, 200, 100)});
  PutRecord(1200, {Entry(0x82, 20, 70)});

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_THAT(Numbers(table), ElementsAre(1, 5, 6, 7));
  EXPECT_EQ(table.partitions[1].first_lba, 1010u);
  EXPECT_EQ(table.partitions[2].first_lba, 1510u);
  EXPECT_EQ(table.partitions[3].first_lba, 1220u);
  EXPECT_EQ(table.partitions[3].block_count, 70u);
}

TEST_F(MbrTest, NumbersLogicalPartitionsAfterAllPrimaries) {
  PutRecord(0, {Entry(0x05, 1000, 500), Entry(0x83, 64, 100)});
  PutRecord(1000, {Entry(0x83, 10, 50)});

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_THAT(Numbers(table), ElementsAre(2, 5));
}

TEST_F(MbrTest, StopsAtALoopInTheChain) {
  PutRecord(0, {Entry(0x83, 64, 100), Entry(0x05, 1000, 3000)});
  PutRecord(1000, {Entry(0x83, 10, 50), Entry(0x05, 500, 100)});
  PutRecord(1500, {Entry(0x83, 10, 50), Entry(0x05, 0, 100)});

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_THAT(Numbers(table), ElementsAre(1, 5, 6));
  EXPECT_LE(disk_.reads().size(), 4u);
}

TEST_F(MbrTest, StopsAtARecordWithoutSignature) {
  PutRecord(0, {Entry(0x83, 64, 100), Entry(0x05, 1000, 3000)});

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_THAT(Numbers(table), ElementsAre(1));
}

TEST_F(MbrTest, StopsAtARecordBeyondTheDisk) {
  PutRecord(0, {Entry(0x83, 64, 100), Entry(0x05, 1000, 3000)});
  PutRecord(1000, {Entry(0x83, 10, 50), Entry(0x05, 0xffffffff, 100)});

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_THAT(Numbers(table), ElementsAre(1, 5));
}

TEST_F(MbrTest, StopsAtAnUnreadableRecord) {
  PutRecord(0, {Entry(0x83, 64, 100), Entry(0x05, 1000, 3000)});
  disk_.FailReads({.lba = 1000, .times = FakeBlockDevice::Failure::kAlways});

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_THAT(Numbers(table), ElementsAre(1));
}

TEST_F(MbrTest, BoundsTheNumberOfLogicalPartitions) {
  PutRecord(0, {Entry(0x83, 1, 1), Entry(0x05, 1000, 3000)});
  for (uint32_t i = 0; i < 200; ++i) {
    PutRecord(1000 + i, {Entry(0x83, 1, 1), Entry(0x05, i + 1, 1)});
  }

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_THAT(table.partitions, SizeIs(128));
  EXPECT_LE(disk_.reads().size(), 130u);
}

TEST_F(MbrTest, IgnoresPartitionsOutsideTheDisk) {
  PutRecord(0,
            {Entry(0x83, 64, 100),
             Entry(0x83, 4000, 97),
             Entry(0x83, 0xffffffff, 0xffffffff),
             Entry(0x83, 4000, 96)});

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_THAT(Numbers(table), ElementsAre(1, 4));
  EXPECT_EQ(table.rejected_count, 2u);
}

TEST_F(MbrTest, WinsOverAStaleGpt) {
  const std::vector<std::byte> gpt =
      GptImageBuilder({.block_count = kDiskBlocks})
          .Add({.first_lba = 40, .last_lba = 40})
          .Build();
  std::ranges::copy(gpt, disk_.contents().begin());
  PutRecord(0, {Entry(0x83, 64, 100)});

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_EQ(table.scheme, Scheme::kMbr);
}

TEST_F(MbrTest, LeavesAHybridDiskToItsGpt) {
  const std::vector<std::byte> gpt =
      GptImageBuilder({.block_count = kDiskBlocks})
          .Add({.first_lba = 40, .last_lba = 40})
          .Build();
  std::ranges::copy(gpt, disk_.contents().begin());
  MbrEntry protective = Entry(0xee, 1, 0xffffffff);
  protective.status = 0x80;
  PutRecord(0, {Entry(0x83, 64, 100), protective});

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_EQ(table.scheme, Scheme::kGpt);
}

TEST_F(MbrTest, IsNoneIfAStatusIsImpossible) {
  MbrEntry odd = Entry(0x83, 64, 100);
  odd.status = 0x41;
  PutRecord(0, {Entry(0x83, 64, 100), odd});

  EXPECT_THAT(Read(), IsError(ErrorCode::kNotFound));
}

TEST_F(MbrTest, IsNoneWithoutItsSignature) {
  PutRecord(0, {Entry(0x83, 64, 100)});
  disk_.contents()[511] = std::byte{0};

  EXPECT_THAT(Read(), IsError(ErrorCode::kNotFound));
}

TEST_F(MbrTest, IsNoneOnAnEmptyDisk) {
  EXPECT_THAT(Read(), IsError(ErrorCode::kNotFound));
}

TEST_F(MbrTest, IsNoneInAFatBootSector) {
  PutFatBootSector();

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_EQ(table.scheme, Scheme::kWholeDisk);
  ASSERT_THAT(table.partitions, SizeIs(1));
  EXPECT_EQ(table.partitions[0].number, 0u);
  EXPECT_EQ(table.partitions[0].first_lba, 0u);
  EXPECT_EQ(table.partitions[0].block_count, kDiskBlocks);
}

TEST_F(MbrTest, IsNoneInAFatBootSectorWithTextWhereEntriesWouldBe) {
  PutFatBootSector();
  const std::string_view text = "Press any key to try again ... \r\n";
  std::ranges::copy(AsBytes(text), disk_.contents().begin() + 440);

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_EQ(table.scheme, Scheme::kWholeDisk);
}

TEST_F(MbrTest, CountsBesidesFatParametersIfItsEntriesAreGood) {
  PutRecord(0, {Entry(0x0c, 64, 100)});
  PutFatBootSector();

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_EQ(table.scheme, Scheme::kMbr);
}

TEST_F(MbrTest, PrefersAFileSystemToTheRemainsOfAGpt) {
  const std::vector<std::byte> gpt =
      GptImageBuilder({.block_count = kDiskBlocks}).Build();
  std::ranges::copy(gpt, disk_.contents().begin());
  std::ranges::fill(disk_.contents().first(1024), std::byte{0});
  PutFatBootSector();

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read());

  EXPECT_EQ(table.scheme, Scheme::kWholeDisk);
}

TEST_F(MbrTest, ReportsAProtectiveOneWithoutGpt) {
  PutRecord(0, {Entry(0xee, 1, 0xffffffff)});

  EXPECT_THAT(Read(), IsError(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace flint::partition
