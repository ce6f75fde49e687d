// SPDX-License-Identifier: Apache-2.0
// Transfers of a namespace, and what happens when they fail.
#include "drivers/nvme/nvme_disk.h"

#include <algorithm>
#include <array>
#include <vector>

#include "drivers/nvme/nvme_fixture.h"

namespace flint::nvme {
namespace {

using block::BlockExtent;
using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using Command = FakeNvme::Command;
using NvmeDiskTest = NvmeTest;

TEST_F(NvmeDiskTest, ReadsEveryExtentWithOneNotification) {
  AddNamespace();
  auto& disk = ProbeOne();
  const MutableBytes first = Buffer(512);
  const MutableBytes second = Buffer(64 * 1024);
  const std::array<BlockExtent, 3> extents{{{.lba = 2047, .buffer = first},
                                            {.lba = 5, .buffer = {}},
                                            {.lba = 9, .buffer = second}}};

  ASSERT_OK(disk.Read(extents));

  EXPECT_TRUE(std::ranges::equal(first, OnDisk(2047 * 512, 512)));
  EXPECT_TRUE(std::ranges::equal(second, OnDisk(9 * 512, 64 * 1024)));
  EXPECT_EQ(controller().commands(),
            (std::vector<Command>{{2, 1, 2047, 512}, {2, 1, 9, 64 * 1024}}));
  EXPECT_EQ(controller().ring_count(), 1u);
}

TEST_F(NvmeDiskTest, ReadsAnySizeToAnyAlignedAddress) {
  AddNamespace();
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(5 * 4096);
  for (size_t start = 0; start < 4096; start += 512) {
    for (size_t size = 512; size <= 3 * 4096; size += 512) {
      const MutableBytes place = buffer.subspan(start, size);
      ASSERT_OK(disk.Read({{{.lba = 3, .buffer = place}}}));
      ASSERT_TRUE(std::ranges::equal(place, OnDisk(3 * 512, size)))
          << start << " " << size;
      std::ranges::fill(place, std::byte{0});
    }
  }
}

TEST_F(NvmeDiskTest, MovesAMegabyteFromAnyAlignedAddressInOneCommand) {
  AddNamespace({}, 2 * kMiB);
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(2 * kMiB).subspan(512, kMiB);

  ASSERT_OK(disk.Read({{{.lba = 1, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(512, kMiB)));
  EXPECT_EQ(controller().commands().size(), 1u);
}

TEST_F(NvmeDiskTest, CutsAtTheControllersLimit) {
  PutIn({.max_transfer_shift = 2});
  AddNamespace();
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(40 * 1024);

  ASSERT_OK(disk.Read({{{.lba = 0, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(0, buffer.size())));
  EXPECT_EQ(controller().commands(),
            (std::vector<Command>{
                {2, 1, 0, 16384}, {2, 1, 32, 16384}, {2, 1, 64, 8192}}));
}

TEST_F(NvmeDiskTest, KeepsTheQueueFullWhateverTheOrderOfCompletions) {
  PutIn({.max_transfer_shift = 1});
  AddNamespace({}, 3 * kMiB);
  auto& disk = ProbeOne();
  controller().set_completions_per_turn(3);
  controller().set_last_first();
  const MutableBytes buffer = Buffer(3 * kMiB);

  ASSERT_OK(disk.Read({{{.lba = 0, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(0, buffer.size())));
  EXPECT_EQ(controller().most_in_flight(), 64u);
  EXPECT_EQ(controller().commands().size(), 384u) << "the rings turn thrice";
}

TEST_F(NvmeDiskTest, WorksWithTheSmallestQueue) {
  PutIn({.max_queue_entries = 2, .max_transfer_shift = 1});
  AddNamespace();
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(64 * 1024);

  ASSERT_OK(disk.Read({{{.lba = 0, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(0, buffer.size())));
  EXPECT_EQ(controller().most_in_flight(), 1u);
}

TEST_F(NvmeDiskTest, CountsBlocksOf4096Bytes) {
  AddNamespace({.block_shift = 12});
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(8192);

  ASSERT_OK(disk.Read({{{.lba = 3, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(3 * 4096, 8192)));
}

TEST_F(NvmeDiskTest, WritesAndFlushesWhereThereIsACache) {
  AddNamespace();
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(4096);
  std::ranges::fill(buffer, std::byte{0x5A});

  ASSERT_OK(disk.Write({{{.lba = 16, .buffer = buffer}}}));
  ASSERT_OK(disk.Flush());

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(16 * 512, 4096)));
  EXPECT_EQ(controller().commands(),
            (std::vector<Command>{{1, 1, 16, 4096}, {0, 1, 0, 0}}));
}

TEST_F(NvmeDiskTest, HasNothingToFlushWithoutACache) {
  PutIn({.has_write_cache = false});
  AddNamespace();

  EXPECT_OK(ProbeOne().Flush());

  EXPECT_TRUE(controller().commands().empty());
}

TEST_F(NvmeDiskTest, StaysUsableAfterAFailure) {
  auto& fields = AddNamespace();
  auto& disk = ProbeOne();
  fields.failures = {{0, 0x06}, {100, 0x281}, {200, 0x80}, {300, 0x20}};
  const MutableBytes buffer = Buffer(512);
  const auto read = [&](uint64_t lba) {
    return disk.Read({{{.lba = lba, .buffer = buffer}}});
  };

  EXPECT_THAT(read(100), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(read(200), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(disk.Write({{{.lba = 300, .buffer = buffer}}}),
              IsError(ErrorCode::kReadOnly));
  EXPECT_THAT(disk.Flush(), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(read(101), IsOk());
}

TEST_F(NvmeDiskTest, BeginsNothingMoreAfterAFailure) {
  PutIn({.max_transfer_shift = 1});
  auto& fields = AddNamespace({}, 2 * kMiB);
  auto& disk = ProbeOne();
  fields.failures = {{3, 0x281}};
  const MutableBytes buffer = Buffer(2 * kMiB);

  EXPECT_THAT(disk.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));

  EXPECT_EQ(controller().commands().size(), 64u) << "of 256";
}

TEST_F(NvmeDiskTest, DisablesAControllerThatFallsSilent) {
  AddNamespace();
  auto& disk = ProbeOne();
  controller().faults().silent_after = 1;
  const MutableBytes buffer = Buffer(512);
  const auto read = [&] { return disk.Read({{{.lba = 0, .buffer = buffer}}}); };

  EXPECT_THAT(read(), IsOk());
  EXPECT_THAT(read(), IsError(ErrorCode::kTimedOut));

  EXPECT_FALSE(controller().enabled());
  EXPECT_THAT(read(), IsError(ErrorCode::kDeviceError));
}

TEST_F(NvmeDiskTest, NoticesThatTheControllerFailed) {
  AddNamespace();
  auto& disk = ProbeOne();
  controller().faults().silent_after = 0;
  controller().faults().fails_when_silent = true;
  const MutableBytes buffer = Buffer(512);
  const uint64_t before = clock_.now_ns();

  EXPECT_THAT(disk.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));

  EXPECT_LT(clock_.now_ns() - before, 10 * clock::kNanosecondsPerSecond);
}

TEST_F(NvmeDiskTest, BelievesNoCompletionOfWhatIsNotInFlight) {
  AddNamespace();
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(512);
  controller().faults().corrupt_completion = [](CompletionEntry& entry) {
    entry.command_id = 63;
  };

  EXPECT_THAT(disk.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));

  EXPECT_FALSE(controller().enabled());
}

TEST_F(NvmeDiskTest, StopsForGoodAndWithAllItsController) {
  AddNamespace({.id = 1});
  AddNamespace({.id = 2});
  const auto disks = Probe();
  ASSERT_EQ(disks.size(), 2u);
  const MutableBytes buffer = Buffer(512);

  ASSERT_OK(disks[0].device->Quiesce());
  ASSERT_OK(disks[1].device->Quiesce());

  EXPECT_TRUE(controller().was_shut_down());
  EXPECT_FALSE(controller().enabled());
  EXPECT_THAT(disks[1].device->Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));
}

TEST_F(NvmeDiskTest, IsDisabledEvenIfItDoesNotShutDown) {
  AddNamespace();
  auto& disk = ProbeOne();
  controller().faults().never_shut_down = true;

  EXPECT_OK(disk.Quiesce());

  EXPECT_FALSE(controller().enabled());
}

}  // namespace
}  // namespace flint::nvme
