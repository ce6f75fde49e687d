// SPDX-License-Identifier: Apache-2.0
// What a virtio disk makes of transfers.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "drivers/block/virtio_block_device.h"
#include "drivers/block/virtio_block_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::block {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using VirtioBlockRead = VirtioBlockTest;

TEST_F(VirtioBlockRead, FillsEveryExtent) {
  VirtioBlockDevice& driver = InsertAndStart();
  const MutableBytes first = Buffer(512);
  const MutableBytes second = Buffer(64 * 1024);
  const std::array<BlockExtent, 3> extents{
      {{.lba = kCapacity - 1, .buffer = first},
       {.lba = 5, .buffer = {}},
       {.lba = 9, .buffer = second}}};

  ASSERT_OK(driver.Read(extents));

  EXPECT_TRUE(std::ranges::equal(first, OnDisk(kCapacity - 1, 512)));
  EXPECT_TRUE(std::ranges::equal(second, OnDisk(9, 64 * 1024)));
  EXPECT_THAT(disk_->requests(),
              ElementsAre(Request{Disk::kRead, kCapacity - 1, 512},
                          Request{Disk::kRead, 9, 64 * 1024}));
}

TEST_F(VirtioBlockRead, DoesNothingForNothing) {
  VirtioBlockDevice& driver = InsertAndStart();

  EXPECT_THAT(driver.Read({}), IsOk());

  EXPECT_EQ(disk_->device().notification_count(), 0u);
}

TEST_F(VirtioBlockRead, CountsSectorsOfLargeBlocks) {
  VirtioBlockDevice& driver =
      InsertAndStart({.features = Disk::kBlockSize, .block_size = 4096});
  const MutableBytes buffer = Buffer(8192);

  ASSERT_OK(driver.Read({{{.lba = 3, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(3 * 8, 8192)));
  EXPECT_THAT(disk_->requests(),
              ElementsAre(Request{Disk::kRead, 3 * 8, 8192}));
}

TEST_F(VirtioBlockRead, Moves64MiBIn32RequestsAndOneNotification) {
  VirtioBlockDevice& driver = InsertAndStart({.capacity = 65 * kMiB / 512});
  const MutableBytes buffer = Buffer(64 * kMiB);

  ASSERT_OK(driver.Read({{{.lba = 7, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(7, 64 * kMiB)));
  EXPECT_THAT(disk_->requests(), SizeIs(32));
  EXPECT_EQ(disk_->device().notification_count(), 1u);
  EXPECT_EQ(disk_->device().most_in_flight(), 32u);
}

TEST_F(VirtioBlockRead, CutsAtTheDevicesLimitInWholeBlocks) {
  VirtioBlockDevice& driver =
      InsertAndStart({.features = Disk::kSizeMax | Disk::kBlockSize,
                      .size_max = 10'000,
                      .block_size = 4096});
  const MutableBytes buffer = Buffer(5 * 4096);

  ASSERT_OK(driver.Read({{{.lba = 0, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(0, 5 * 4096)));
  EXPECT_THAT(disk_->requests(),
              ElementsAre(Request{Disk::kRead, 0, 8192},
                          Request{Disk::kRead, 16, 8192},
                          Request{Disk::kRead, 32, 4096}));
}

TEST_F(VirtioBlockRead, KeepsTheQueueFull) {
  VirtioBlockDevice& driver =
      InsertAndStart({.features = Disk::kSizeMax, .size_max = 512});
  disk_->device().manners().completions_per_turn = 1;
  const MutableBytes buffer = Buffer(100 * 512);

  ASSERT_OK(driver.Read({{{.lba = 0, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(0, 100 * 512)));
  EXPECT_THAT(disk_->requests(), SizeIs(100));
  EXPECT_EQ(disk_->device().most_in_flight(), 128u / 3);
  EXPECT_EQ(disk_->device().notification_count(), 1u + 100 - 128 / 3)
      << "one for the first batch, then one for each refill";
}

TEST_F(VirtioBlockRead, AcceptsCompletionsInAnyOrder) {
  VirtioBlockDevice& driver =
      InsertAndStart({.features = Disk::kSizeMax, .size_max = 1024});
  disk_->device().manners().completions_per_turn = 7;
  disk_->device().manners().last_first = true;
  const MutableBytes buffer = Buffer(300 * 1024);

  ASSERT_OK(driver.Read({{{.lba = 3, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(3, 300 * 1024)));
}

TEST_F(VirtioBlockRead, WorksWithQueuesOfAnySize) {
  for (const uint16_t size :
       std::array<uint16_t, 7>{4, 5, 8, 100, 256, 1024, 32768}) {
    Insert(
        {.features = Disk::kSizeMax, .size_max = 512, .queue_size_max = size});
    arena_ = Arena(arena_memory_);
    VirtioBlockDevice& driver = Start();
    const MutableBytes buffer = Buffer(200 * 512);

    ASSERT_OK(driver.Read({{{.lba = 0, .buffer = buffer}}}));

    EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(0, 200 * 512)));
    EXPECT_LE(disk_->device().most_in_flight(), 85u);
    ASSERT_OK(driver.Quiesce());
  }
}

TEST_F(VirtioBlockRead, DoesNotNotifyADeviceThatPolls) {
  Insert({}).device().manners().polls_queues = true;
  VirtioBlockDevice& driver = Start();
  // The device says so in the ring, which it first sees when running.
  disk_->device().Work();
  const MutableBytes buffer = Buffer(512);

  EXPECT_THAT(driver.Read({{{.lba = 0, .buffer = buffer}}}), IsOk());

  EXPECT_EQ(disk_->device().notification_count(), 0u);
}

TEST_F(VirtioBlockRead, DoesNotCareForTheLengthTheDeviceClaims) {
  VirtioBlockDevice& driver = InsertAndStart();
  disk_->device().faults().corrupt_used =
      [flip = false](uint32_t&, uint32_t& written, uint16_t&) mutable {
        flip = !flip;
        written = flip ? 0 : UINT32_MAX;
      };
  const MutableBytes buffer = Buffer(4 * kMiB / 4);

  ASSERT_OK(driver.Read({{{.lba = 0, .buffer = buffer}}}));
  ASSERT_OK(driver.Read({{{.lba = 0, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(0, buffer.size())));
}

using VirtioBlockWrite = VirtioBlockTest;

TEST_F(VirtioBlockWrite, StoresEveryExtent) {
  VirtioBlockDevice& driver = InsertAndStart();
  const MutableBytes first = Buffer(512);
  const MutableBytes second = Buffer(4096);
  std::ranges::fill(first, std::byte{0x11});
  std::ranges::fill(second, std::byte{0x22});
  const std::array<ConstBlockExtent, 2> extents{
      {{.lba = 100, .buffer = first}, {.lba = 8, .buffer = second}}};

  ASSERT_OK(driver.Write(extents));

  EXPECT_THAT(OnDisk(100, 512), Each(std::byte{0x11}));
  EXPECT_THAT(OnDisk(8, 4096), Each(std::byte{0x22}));
  EXPECT_THAT(disk_->requests(),
              ElementsAre(Request{Disk::kWrite, 100, 512},
                          Request{Disk::kWrite, 8, 4096}));
}

TEST_F(VirtioBlockWrite, IsNotEvenTriedOnAReadOnlyDisk) {
  VirtioBlockDevice& driver = InsertAndStart({.features = Disk::kReadOnly});
  const MutableBytes buffer = Buffer(512);

  EXPECT_THAT(driver.Write({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kReadOnly));

  EXPECT_THAT(disk_->requests(), IsEmpty());
}

TEST_F(VirtioBlockWrite, IsMadeDurableByAFlushWithoutData) {
  VirtioBlockDevice& driver = InsertAndStart({.features = Disk::kFlush});

  ASSERT_OK(driver.Flush());

  EXPECT_THAT(disk_->requests(),
              ElementsAre(Request{Disk::kFlushRequest, 0, 0}));
}

TEST_F(VirtioBlockWrite, IsDurableAtOnceWhereThereIsNoFlush) {
  VirtioBlockDevice& driver = InsertAndStart();

  EXPECT_THAT(driver.Flush(), IsOk());

  EXPECT_THAT(disk_->requests(), IsEmpty());
}

TEST_F(VirtioBlockWrite, ReportsAFlushThatFailed) {
  VirtioBlockDevice& driver = InsertAndStart({.features = Disk::kFlush});
  disk_->AnswerAt(0, 1);

  EXPECT_THAT(driver.Flush(), IsError(ErrorCode::kDeviceError));
}

}  // namespace
}  // namespace flint::block
