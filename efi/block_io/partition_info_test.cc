// SPDX-License-Identifier: Apache-2.0
#include "efi/block_io/partition_info.h"

#include <algorithm>
#include <string_view>

#include "gtest/gtest.h"

namespace flint::efi {
namespace {

TEST(PartitionInfo, TellsWhatAGptSays) {
  constexpr std::string_view kName = "Böot";
  partition::Partition partition{
      .first_lba = 2048,
      .block_count = 100,
      .scheme = partition::Scheme::kGpt,
      .number = 3,
      .type = partition::kEfiSystemType,
      .unique_guid = Guid::Of("01020304-0506-0708-090a-0b0c0d0e0f10"),
      .attributes = 5};
  partition.name_size = static_cast<uint8_t>(
      kName.copy(partition.name_storage.data(), kName.size()));

  const auto info = MakePartitionInfo(partition);

  EXPECT_EQ(info.Revision, abi::EFI_PARTITION_INFO_PROTOCOL_REVISION);
  EXPECT_EQ(info.Type, abi::PARTITION_TYPE_GPT);
  EXPECT_EQ(info.System, 1);
  EXPECT_EQ(info.Info.Gpt.PartitionTypeGUID, partition.type);
  EXPECT_EQ(info.Info.Gpt.UniquePartitionGUID, partition.unique_guid);
  EXPECT_EQ(info.Info.Gpt.StartingLBA, 2048u);
  EXPECT_EQ(info.Info.Gpt.EndingLBA, 2147u);
  EXPECT_EQ(info.Info.Gpt.Attributes, 5u);
  EXPECT_EQ(info.Info.Gpt.PartitionName[1], u'ö');
  EXPECT_EQ(info.Info.Gpt.PartitionName[3], u't');
  EXPECT_EQ(info.Info.Gpt.PartitionName[4], 0);
}

TEST(PartitionInfo, TellsWhatAnMbrSays) {
  const partition::Partition partition{.first_lba = 63,
                                       .block_count = 1000,
                                       .scheme = partition::Scheme::kMbr,
                                       .number = 1,
                                       .mbr_type = 0x83,
                                       .mbr_active = true};

  const auto info = MakePartitionInfo(partition);

  EXPECT_EQ(info.Type, abi::PARTITION_TYPE_MBR);
  EXPECT_EQ(info.System, 0);
  EXPECT_EQ(info.Info.Mbr.BootIndicator, 0x80);
  EXPECT_EQ(info.Info.Mbr.OSIndicator, 0x83);
  EXPECT_EQ(info.Info.Mbr.StartingLBA, 63u);
  EXPECT_EQ(info.Info.Mbr.SizeInLBA, 1000u);
}

TEST(PartitionInfo, KnowsSystemPartitions) {
  EXPECT_TRUE(IsEfiSystemPartition(
      {.scheme = partition::Scheme::kMbr, .mbr_type = 0xEF}));
  EXPECT_TRUE(IsEfiSystemPartition(
      {.scheme = partition::Scheme::kGpt, .type = partition::kEfiSystemType}));
  EXPECT_FALSE(IsEfiSystemPartition({.scheme = partition::Scheme::kGpt,
                                     .type = partition::kLinuxDataType,
                                     .mbr_type = 0xEF}));
}

}  // namespace
}  // namespace flint::efi
