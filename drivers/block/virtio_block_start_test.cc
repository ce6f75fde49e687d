// SPDX-License-Identifier: Apache-2.0
// Bringing a virtio disk up: what it negotiates, and what it refuses.
#include <algorithm>
#include <array>
#include <cstdint>

#include "boot/memory/memory_map.h"
#include "drivers/block/virtio_block_device.h"
#include "drivers/block/virtio_block_fixture.h"
#include "drivers/virtio/fake_transport.h"
#include "drivers/virtio/fake_virtio_device.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/arena.h"
#include "testing/result_matchers.h"

namespace flint::block {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using VirtioBlockStart = VirtioBlockTest;

TEST_F(VirtioBlockStart, FollowsTheOrderOfTheStatus) {
  InsertAndStart();

  EXPECT_THAT(disk_->device().status_writes(),
              ElementsAre(0x00, 0x01, 0x03, 0x0B, 0x0F));
}

TEST_F(VirtioBlockStart, TakesOverADeviceThatIsRunning) {
  Insert({}).device().LeaveRunning();
  disk_->device().faults().polls_until_reset = 10;

  EXPECT_THAT(TryStart(), IsOk());
}

TEST_F(VirtioBlockStart, AcceptsOnlyTheFeaturesItUses) {
  InsertAndStart({.features = Disk::kSizeMax | Disk::kSegMax | Disk::kReadOnly |
                              Disk::kBlockSize | Disk::kFlush |
                              Disk::kMultiQueue |
                              virtio::kFeatureAccessPlatform |
                              uint64_t{1} << 28 | uint64_t{1} << 29,
                  .size_max = 65536,
                  .block_size = 512});

  EXPECT_EQ(disk_->device().driver_features(),
            Disk::kSizeMax | Disk::kReadOnly | Disk::kBlockSize | Disk::kFlush |
                virtio::kFeatureVersion1 | virtio::kFeatureAccessPlatform);
}

TEST_F(VirtioBlockStart, ReadsTheGeometry) {
  const BlockGeometry& geometry =
      InsertAndStart({.features = Disk::kReadOnly, .capacity = 1000})
          .geometry();

  EXPECT_EQ(geometry.block_size_bytes, 512u);
  EXPECT_EQ(geometry.block_count, 1000u);
  EXPECT_TRUE(geometry.read_only);
  EXPECT_EQ(driver_->name(), "disk under test");
}

TEST_F(VirtioBlockStart, CountsLargeBlocksInSectorsOf512Bytes) {
  const BlockGeometry& geometry =
      InsertAndStart(
          {.features = Disk::kBlockSize, .capacity = 1007, .block_size = 4096})
          .geometry();

  EXPECT_EQ(geometry.block_size_bytes, 4096u);
  EXPECT_EQ(geometry.block_count, 125u) << "the rest cannot be addressed";
  EXPECT_FALSE(geometry.read_only);
}

TEST_F(VirtioBlockStart, RefusesUnusableBlockSizes) {
  for (const uint32_t size :
       {0u, 1u, 256u, 513u, 1536u, 65536u, 0x8000'0000u, 0xFFFF'FFFFu}) {
    Insert({.features = Disk::kBlockSize, .block_size = size});
    EXPECT_THAT(TryStart(), IsError(ErrorCode::kUnsupported)) << size;
    EXPECT_EQ(disk_->device().status(), 0x8B) << "given up";
  }
}

TEST_F(VirtioBlockStart, RefusesImpossibleCapacities) {
  Insert({.capacity = UINT64_MAX / 512 + 1});
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kCorrupt));

  Insert({.capacity = UINT64_MAX});
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kCorrupt));

  Insert({.features = Disk::kBlockSize, .capacity = 7, .block_size = 4096});
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kUnsupported));

  Insert({});
  std::ranges::fill(disk_->device().config(), uint8_t{0});
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kUnsupported));
}

TEST_F(VirtioBlockStart, AcceptsTheLargestCapacity) {
  Insert({.capacity = UINT64_MAX / 512});

  EXPECT_EQ(Start().geometry().block_count, UINT64_MAX / 512);
}

TEST_F(VirtioBlockStart, RefusesSegmentsSmallerThanABlock) {
  Insert({.features = Disk::kBlockSize | Disk::kSizeMax,
          .size_max = 4095,
          .block_size = 4096});

  EXPECT_THAT(TryStart(), IsError(ErrorCode::kUnsupported));
}

TEST_F(VirtioBlockStart, RefusesAConfigurationThatIsTooShort) {
  Insert({});
  disk_->device().config().resize(7);
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kCorrupt));

  Insert({.features = Disk::kSizeMax, .size_max = 4096});
  disk_->device().config().resize(11);
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kCorrupt));

  Insert({.features = Disk::kBlockSize, .block_size = 512});
  disk_->device().config().resize(23);
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kCorrupt));
}

TEST_F(VirtioBlockStart, NeedsNoConfigurationBeyondWhatItAgreedTo) {
  Insert({});
  disk_->device().config().resize(8);

  EXPECT_THAT(TryStart(), IsOk());
}

TEST_F(VirtioBlockStart, ReadsConfigurationThatChangesUntilItSettles) {
  Insert({}).device().faults().config_changes = 5;
  EXPECT_THAT(TryStart(), IsOk());

  Insert({}).device().faults().config_changes = UINT32_MAX;
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kDeviceError));
}

TEST_F(VirtioBlockStart, RefusesWhatIsNoDisk) {
  virtio::FakeVirtioDevice console(
      memory_, {.type = virtio::DeviceType::kConsole}, nullptr);
  virtio::FakeTransport transport(console);

  EXPECT_THAT(VirtioBlockDevice::Start(transport, resources_),
              IsError(ErrorCode::kUnsupported));

  EXPECT_THAT(console.status_writes(), IsEmpty()) << "not ours to touch";
}

TEST_F(VirtioBlockStart, FailsWhenTheDeviceDoesNotReset) {
  Insert({}).device().LeaveRunning();
  disk_->device().faults().polls_until_reset = UINT32_MAX;

  EXPECT_THAT(TryStart(), IsError(ErrorCode::kTimedOut));
  EXPECT_FALSE(SomePagesAreTaken());
}

TEST_F(VirtioBlockStart, FailsWhenTheFeaturesAreRefused) {
  Insert({}).device().faults().refuses_features = true;

  EXPECT_THAT(TryStart(), IsError(ErrorCode::kUnsupported));
}

TEST_F(VirtioBlockStart, ResetsADeviceThatFailsToStart) {
  Insert({}).device().faults().fails_to_start = true;

  EXPECT_THAT(TryStart(), IsError(ErrorCode::kDeviceError));

  EXPECT_EQ(disk_->device().status(), 0);
  EXPECT_FALSE(SomePagesAreTaken());
}

TEST_F(VirtioBlockStart, GivesUpADeviceWhoseQueueCannotBeEnabled) {
  Insert({});
  transport_->FailEnabling();

  EXPECT_THAT(TryStart(), IsError(ErrorCode::kDeviceError));

  EXPECT_EQ(disk_->device().status(), 0x8B);
  EXPECT_FALSE(SomePagesAreTaken());
}

TEST_F(VirtioBlockStart, RefusesQueuesTooSmallForARequest) {
  Insert({.queue_size_max = 3});
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kUnsupported));

  Insert({.queue_size_max = 0});
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kNotFound));
}

TEST_F(VirtioBlockStart, FailsWithoutMemory) {
  Insert({});
  ASSERT_OK(pages_.AllocateAt(
      kPagesAddress, kPagesBytes / 4096, memory::MemoryUse::kKernel));
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kNoMemory));
  ASSERT_OK(pages_.Free(kPagesAddress, kPagesBytes / 4096));

  Insert({});
  Arena tiny{std::span(arena_memory_).first(64)};
  const DriverResources resources{
      .clock = clock_, .memory = memory_, .pages = pages_, .arena = tiny};
  EXPECT_THAT(VirtioBlockDevice::Start(*transport_, resources),
              IsError(ErrorCode::kNoMemory));
  EXPECT_FALSE(SomePagesAreTaken());
}

TEST_F(VirtioBlockStart, TakesALegacyQueueAsItIs) {
  Insert({.queue_size_max = 1024, .legacy = true});
  constexpr uint64_t kLastAddress = kPagesAddress + kPagesBytes / 2 - 1;
  transport_->set_last_queue_address(kLastAddress);

  VirtioBlockDevice& driver = Start();

  const MutableBytes buffer = Buffer(512);
  EXPECT_THAT(driver.Read({{{.lba = 1, .buffer = buffer}}}), IsOk());
  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(1, 512)));
  for (const auto& range : pages_.ranges()) {
    if (range.type != memory::MemoryType::kFirmware) continue;
    EXPECT_LE(range.end, kLastAddress + 1);
  }
}

}  // namespace
}  // namespace flint::block
