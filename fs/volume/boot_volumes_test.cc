// SPDX-License-Identifier: Apache-2.0
#include "fs/volume/boot_volumes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/fake_block_device.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/partition/gpt_image_builder.h"
#include "fs/partition/partition_table.h"
#include "fs/volume/file_system.h"
#include "fs/volume/mount_point.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/arena.h"
#include "testing/result_matchers.h"

namespace flint::volume {
namespace {

using ::flint::testing::IsOk;
using partition::Partition;
using partition::PartitionTable;
using partition::Scheme;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Partition Gpt(uint32_t number, const Guid& type, uint64_t attributes = 0) {
  Partition partition;
  partition.scheme = Scheme::kGpt;
  partition.number = number;
  partition.type = type;
  partition.attributes = attributes;
  return partition;
}

Partition Mbr(uint32_t number, uint8_t type) {
  Partition partition;
  partition.scheme = Scheme::kMbr;
  partition.number = number;
  partition.mbr_type = type;
  return partition;
}

std::vector<uint32_t> NumbersInOrder(const PartitionTable& table) {
  std::vector<uint32_t> numbers;
  BootVolumes volumes(table);
  while (const Partition* next = volumes.Next()) {
    numbers.push_back(next->number);
  }
  return numbers;
}

TEST(BootVolumes, GoesByRoleAndThenByNumber) {
  const std::array partitions{Gpt(1, partition::kLinuxRootX86Type),
                              Gpt(2, partition::kExtendedBootType),
                              Gpt(3, partition::kMicrosoftDataType),
                              Gpt(14, partition::kEfiSystemType),
                              Gpt(15, partition::kEfiSystemType)};
  PartitionTable table;
  table.partitions = partitions;

  EXPECT_THAT(NumbersInOrder(table), ElementsAre(14, 15, 2, 3, 1));
}

TEST(BootVolumes, LeavesOutWhatIsHiddenFromFirmware) {
  const std::array partitions{
      Gpt(1, partition::kEfiSystemType, partition::kGptAttributeNoBlockIo),
      Gpt(2, partition::kEfiSystemType, 1)};
  PartitionTable table;
  table.partitions = partitions;

  EXPECT_THAT(NumbersInOrder(table), ElementsAre(2));
  EXPECT_EQ(FindByRole(table, Role::kEfiSystem), &table.partitions[1]);
}

TEST(BootVolumes, KnowsMbrTypes) {
  const std::array partitions{
      Mbr(1, 0x83), Mbr(2, 0x0c), Mbr(3, 0xea), Mbr(5, 0xef)};
  PartitionTable table;
  table.partitions = partitions;

  EXPECT_THAT(NumbersInOrder(table), ElementsAre(5, 3, 2, 1));
}

TEST(BootVolumes, TakesTheWholeDisk) {
  const std::array partitions{Partition()};
  PartitionTable table;
  table.partitions = partitions;

  EXPECT_THAT(NumbersInOrder(table), ElementsAre(0));
  EXPECT_EQ(RoleOf(partitions[0]), Role::kWholeDisk);
}

TEST(BootVolumes, TakesBootImagesFirstAndTheWholeDiskLast) {
  Partition image;
  image.scheme = Scheme::kElTorito;
  image.number = 1;
  const std::array partitions{Mbr(2, 0x83), image, Partition()};
  PartitionTable table;
  table.partitions = partitions;

  EXPECT_THAT(NumbersInOrder(table), ElementsAre(1, 2, 0));
}

TEST(BootVolumes, EndsAtOnceWithoutPartitions) {
  EXPECT_THAT(NumbersInOrder(PartitionTable()), IsEmpty());
}

TEST(FindByRole, FindsNothingOfAnotherRole) {
  const std::array partitions{Gpt(1, partition::kLinuxDataType)};
  PartitionTable table;
  table.partitions = partitions;

  EXPECT_EQ(FindByRole(table, Role::kEfiSystem), nullptr);
}

TEST(Describe, NamesPartitionsForPeople) {
  EXPECT_EQ(Describe(Gpt(15, partition::kEfiSystemType)).view(),
            "partition 15 (EFI system)");
  EXPECT_EQ(Describe(Mbr(5, 0x0c)).view(), "partition 5 (FAT)");
  EXPECT_EQ(Describe(Gpt(3, Guid{})).view(), "partition 3 (unknown type)");
  EXPECT_EQ(Describe(Partition()).view(), "whole disk");
}

// The whole way from a disk to a file, as the boot code goes it.
TEST(BootVolumes, LeadsFromADiskToAFile) {
  fat::FatImageBuilder system;
  system.AddFile("loader/loader.conf", "timeout 0");
  const uint64_t system_blocks = system.image().size() / 512;
  partition::GptImageBuilder gpt({.block_count = system_blocks + 256});
  const uint64_t first = gpt.first_usable_lba() + 10;
  gpt.Add({.slot = 1, .first_lba = first - 9, .last_lba = first - 1})
      .Add({.slot = 15,
            .type = partition::kEfiSystemType,
            .first_lba = first,
            .last_lba = first + system_blocks - 1});
  std::vector<std::byte> contents = gpt.Build();
  std::ranges::copy(system.image(),
                    contents.begin() + static_cast<ptrdiff_t>(first * 512));
  block::FakeBlockDevice disk(contents);
  block::AlignedBuffer scratch(MountPoint::MinScratchBytes(512));
  block::AlignedBuffer memory(size_t{64} * 1024);
  Arena arena(memory.bytes());

  ASSERT_OK_AND_ASSIGN(
      const PartitionTable table,
      partition::ReadPartitionTable(disk, scratch.bytes(), arena));
  BootVolumes volumes(table);
  const Partition* partition = volumes.Next();
  ASSERT_NE(partition, nullptr);
  MountPoint mount_point;
  ASSERT_OK(mount_point.Mount(partition->RangeOn(disk), scratch.bytes()));

  EXPECT_EQ(partition->number, 15u);
  EXPECT_THAT(mount_point.file_system()->Open("loader/loader.conf"), IsOk());
  // The table; boot sector and FAT; root and loader.
  EXPECT_LE(disk.reads().size(), 4u);
}

}  // namespace
}  // namespace flint::volume
