// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <string>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/fake_block_device.h"
#include "fs/partition/partition_table.h"
#include "fs/volume/sparse_image.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/arena.h"
#include "platforms/base/guid.h"
#include "testing/result_matchers.h"

// Disks that sgdisk and sfdisk made; see testdata/make_samples.sh.

namespace flint::partition {
namespace {

using ::testing::SizeIs;

class PartitionSampleTest : public ::testing::Test {
 protected:
  Result<PartitionTable> Read(block::FakeBlockDevice& disk) {
    return ReadPartitionTable(disk, scratch_.bytes(), arena_);
  }

  static void ExpectTheGpt(const PartitionTable& table) {
    EXPECT_EQ(table.scheme, Scheme::kGpt);
    EXPECT_EQ(table.disk_guid,
              Guid::Of("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"));
    ASSERT_THAT(table.partitions, SizeIs(3));
    const Partition& root = table.partitions[0];
    EXPECT_EQ(root.number, 1u);
    EXPECT_EQ(root.type, kLinuxDataType);
    EXPECT_EQ(root.name(), "Linux root");
    const Partition& system = table.partitions[1];
    EXPECT_EQ(system.number, 15u);
    EXPECT_EQ(system.type, kEfiSystemType);
    EXPECT_EQ(system.unique_guid,
              Guid::Of("22222222-2222-2222-2222-222222222222"));
    EXPECT_EQ(system.first_lba, 6144u);
    EXPECT_EQ(system.block_count, 4096u);
    const Partition& boot = table.partitions[2];
    EXPECT_EQ(boot.number, 16u);
    EXPECT_EQ(boot.type, kExtendedBootType);
    EXPECT_EQ(boot.name(), "bootäß€");
  }

  block::AlignedBuffer scratch_{MinScratchBytes(512)};
  block::AlignedBuffer memory_{size_t{64} * 1024};
  Arena arena_{memory_.bytes()};
};

TEST_F(PartitionSampleTest, ReadsTheGptOfSgdisk) {
  block::FakeBlockDevice disk(
      volume::LoadSparseImage("fs/partition/testdata/gpt.sparse"));

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read(disk));

  EXPECT_FALSE(table.from_backup);
  ExpectTheGpt(table);
}

TEST_F(PartitionSampleTest, ReadsTheBackupOfSgdisk) {
  block::FakeBlockDevice disk(
      volume::LoadSparseImage("fs/partition/testdata/gpt.sparse"));
  std::ranges::fill(disk.contents().first(size_t{34} * 512), std::byte{0});

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read(disk));

  EXPECT_TRUE(table.from_backup);
  ExpectTheGpt(table);
}

TEST_F(PartitionSampleTest, ReadsTheMbrOfSfdisk) {
  block::FakeBlockDevice disk(
      volume::LoadSparseImage("fs/partition/testdata/mbr.sparse"));

  ASSERT_OK_AND_ASSIGN(const PartitionTable table, Read(disk));

  EXPECT_EQ(table.scheme, Scheme::kMbr);
  EXPECT_EQ(table.mbr_signature, 0xcafe1234u);
  ASSERT_THAT(table.partitions, SizeIs(3));
  const Partition& system = table.partitions[0];
  EXPECT_EQ(system.number, 1u);
  EXPECT_EQ(system.mbr_type, kMbrEfiSystemType);
  EXPECT_TRUE(system.mbr_active);
  EXPECT_EQ(system.first_lba, 2048u);
  EXPECT_EQ(system.block_count, 4096u);
  EXPECT_EQ(table.partitions[1].number, 5u);
  EXPECT_EQ(table.partitions[1].first_lba, 8192u);
  EXPECT_EQ(table.partitions[2].number, 6u);
  EXPECT_EQ(table.partitions[2].first_lba, 12288u);
  EXPECT_EQ(table.partitions[2].mbr_type, 0x0c);
}

}  // namespace
}  // namespace flint::partition
