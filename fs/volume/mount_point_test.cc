// SPDX-License-Identifier: Apache-2.0
#include "fs/volume/mount_point.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/fake_block_device.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/iso9660/iso_image_builder.h"
#include "fs/volume/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "testing/result_matchers.h"

namespace flint::volume {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;

class MountPointTest : public ::testing::Test {
 protected:
  static block::BlockRange AllOf(block::BlockDevice& disk) {
    return {&disk, 0, disk.geometry().block_count};
  }

  block::AlignedBuffer scratch_{MountPoint::MinScratchBytes(512)};
  MountPoint mount_point_;
};

TEST_F(MountPointTest, HoldsNothingAtFirst) {
  EXPECT_EQ(mount_point_.file_system(), nullptr);
  EXPECT_EQ(mount_point_.kind(), "");
}

TEST_F(MountPointTest, MountsFat) {
  fat::FatImageBuilder builder;
  builder.AddFile("FILE", "contents");
  block::FakeBlockDevice disk(builder.image());

  ASSERT_OK(mount_point_.Mount(AllOf(disk), scratch_.bytes()));

  EXPECT_EQ(mount_point_.kind(), "FAT16");
  ASSERT_NE(mount_point_.file_system(), nullptr);
  EXPECT_THAT(mount_point_.file_system()->Open("file"), IsOk());
}

TEST_F(MountPointTest, MountsIso9660) {
  iso9660::IsoImageBuilder builder;
  builder.WriteRoot({{.name = "FILE.;1", .place = builder.AddData("x")}});
  block::FakeBlockDevice disk(builder.image());

  ASSERT_OK(mount_point_.Mount(AllOf(disk), scratch_.bytes()));

  EXPECT_EQ(mount_point_.kind(), "ISO 9660");
  ASSERT_NE(mount_point_.file_system(), nullptr);
  EXPECT_THAT(mount_point_.file_system()->Open("file"), IsOk());
}

TEST_F(MountPointTest, ReplacesWhatItHeld) {
  fat::FatImageBuilder first;
  first.AddFile("FIRST", "");
  fat::FatImageBuilder second({.type = fat::FatType::kFat32});
  second.AddFile("SECOND", "");
  block::FakeBlockDevice first_disk(first.image());
  block::FakeBlockDevice second_disk(second.image());

  ASSERT_OK(mount_point_.Mount(AllOf(first_disk), scratch_.bytes()));
  ASSERT_OK(mount_point_.Mount(AllOf(second_disk), scratch_.bytes()));

  EXPECT_EQ(mount_point_.kind(), "FAT32");
  EXPECT_THAT(mount_point_.file_system()->Open("second"), IsOk());
  EXPECT_THAT(mount_point_.file_system()->Open("first"),
              IsError(ErrorCode::kNotFound));
}

TEST_F(MountPointTest, HoldsNothingAfterAFailure) {
  fat::FatImageBuilder builder;
  block::FakeBlockDevice disk(builder.image());
  block::FakeBlockDevice empty(std::vector<std::byte>(size_t{64} * 1024));
  ASSERT_OK(mount_point_.Mount(AllOf(disk), scratch_.bytes()));

  EXPECT_THAT(mount_point_.Mount(AllOf(empty), scratch_.bytes()),
              IsError(ErrorCode::kNotFound));

  EXPECT_EQ(mount_point_.file_system(), nullptr);
}

TEST_F(MountPointTest, SaysWhyAFileSystemCannotBeUsed) {
  fat::FatImageBuilder builder;
  builder.bytes()[16] = std::byte{0};  // the number of allocation tables
  block::FakeBlockDevice disk(builder.image());
  builder.bytes()[16] = std::byte{2};
  std::ranges::copy(AsBytes("NTFS    "), builder.bytes().begin() + 3);
  block::FakeBlockDevice ntfs(builder.image());

  EXPECT_THAT(mount_point_.Mount(AllOf(disk), scratch_.bytes()),
              IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(mount_point_.Mount(AllOf(ntfs), scratch_.bytes()),
              IsError(ErrorCode::kUnsupported));
}

TEST_F(MountPointTest, ReportsADiskThatCannotBeRead) {
  fat::FatImageBuilder builder;
  block::FakeBlockDevice disk(builder.image());
  disk.FailReads({.lba = 0, .times = 2});

  EXPECT_THAT(mount_point_.Mount(AllOf(disk), scratch_.bytes()),
              IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(mount_point_.Mount(AllOf(disk), scratch_.bytes()), IsOk());
}

}  // namespace
}  // namespace flint::volume
