// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/virtio_block_device.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "boot/memory/e820.h"
#include "boot/memory/memory_map.h"
#include "drivers/block/fake_virtio_disk.h"
#include "drivers/clock/fake_clock.h"
#include "drivers/virtio/device_setup.h"
#include "drivers/virtio/fake_transport.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::block {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::SizeIs;

using Disk = FakeVirtioDisk;
using Request = FakeVirtioDisk::Request;

constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kSecond = clock::kNanosecondsPerSecond;
constexpr uint64_t kPagesAddress = 16 * kMiB;
constexpr uint64_t kPagesBytes = kMiB;
constexpr uint64_t kBufferAddress = 32 * kMiB;
constexpr uint64_t kCapacity = 4096;

/// A machine with one disk in it.
class VirtioBlockTest : public ::testing::Test {
 protected:
  VirtioBlockTest() {
    memory_.AddRegion(kPagesAddress, kPagesBytes);
    const std::array<memory::E820Entry, 1> entries{
        {{.address = kPagesAddress,
          .size_bytes = kPagesBytes,
          .type = memory::E820Type::kRam}}};
    pages_.Build(entries, uint64_t{1} << 46);
    clock_.OnRelax([this] {
      if (disk_) disk_->device().Work();
    });
  }

  /// Puts the disk in; its contents differ from byte to byte.
  Disk& Insert(Disk::Options options) {
    if (options.capacity == 0) options.capacity = kCapacity;
    // A disk too large to be real is never read.
    const bool real = options.capacity <= 65 * kMiB / 512;
    contents_.resize(real ? options.capacity * 512 : 0);
    for (size_t i = 0; i < contents_.size(); ++i) {
      contents_[i] = static_cast<std::byte>(i ^ i >> 9 ^ i >> 17);
    }
    disk_.emplace(memory_, options, contents_);
    transport_.emplace(disk_->device());
    return *disk_;
  }

  Result<VirtioBlockDevice::Running> TryStart() {
    return VirtioBlockDevice::Start(*transport_, resources_);
  }

  VirtioBlockDevice& Start() {
    auto running = TryStart();
    EXPECT_THAT(running, IsOk());
    return driver_.emplace(*running, "disk under test");
  }

  VirtioBlockDevice& InsertAndStart(const Disk::Options& options = {}) {
    Insert(options);
    return Start();
  }

  /// Guest memory for a transfer, at a page boundary.
  MutableBytes Buffer(uint64_t size_bytes) {
    const MutableBytes buffer = memory_.AddRegion(next_buffer_, size_bytes);
    next_buffer_ += (size_bytes + 8191) & ~uint64_t{4095};
    return buffer;
  }

  /// What the disk holds from `lba` (of 512 bytes) on.
  MutableBytes OnDisk(uint64_t lba, uint64_t size_bytes) {
    return MutableBytes(contents_).subspan(lba * 512, size_bytes);
  }

  bool SomePagesAreTaken() const {
    return std::ranges::any_of(pages_.ranges(), [](const auto& range) {
      return range.type == memory::MemoryType::kFirmware;
    });
  }

  uint64_t NowNs() const { return clock_.now_ns(); }

  FakeGuestMemory memory_;
  std::array<memory::MemoryRange, 16> ranges_{};
  memory::MemoryMap pages_{ranges_};
  // Slow, so that a wait of half a minute is not millions of polls.
  clock::FakeClock clock_{50'000};
  std::array<std::byte, 65536> arena_memory_{};
  Arena arena_{arena_memory_};
  DriverResources resources_{
      .clock = clock_, .memory = memory_, .pages = pages_, .arena = arena_};
  std::vector<std::byte> contents_;
  std::optional<Disk> disk_;
  std::optional<virtio::FakeTransport> transport_;
  std::optional<VirtioBlockDevice> driver_;
  uint64_t next_buffer_ = kBufferAddress;
};

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

/// Failures of requests, after which the disk goes on.
class VirtioBlockFailure : public VirtioBlockTest {
 protected:
  Status ReadSector(uint64_t lba) {
    return driver_->Read({{{.lba = lba, .buffer = sector_}}});
  }

  MutableBytes sector_ = Buffer(512);
};

TEST_F(VirtioBlockFailure, IsReportedAndTheDiskStaysUsable) {
  InsertAndStart();
  disk_->AnswerAt(7, 1);
  disk_->AnswerAt(8, 2);

  EXPECT_THAT(ReadSector(7), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(ReadSector(8), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(ReadSector(9), IsOk());
}

TEST_F(VirtioBlockFailure, IsAStatusThatNobodyWrote) {
  InsertAndStart();
  disk_->AnswerAt(7, 0xFF);

  // The same slot held a success before.
  EXPECT_THAT(ReadSector(6), IsOk());
  EXPECT_THAT(ReadSector(7), IsError(ErrorCode::kDeviceError));
}

TEST_F(VirtioBlockFailure, IsAnUnknownStatus) {
  InsertAndStart();
  disk_->AnswerAt(7, 3);

  EXPECT_THAT(ReadSector(7), IsError(ErrorCode::kDeviceError));
}

TEST_F(VirtioBlockFailure, LetsWhatIsInFlightEndButStartsNothing) {
  VirtioBlockDevice& driver =
      InsertAndStart({.features = Disk::kSizeMax, .size_max = 512});
  disk_->device().manners().completions_per_turn = 1;
  disk_->AnswerAt(2, 1);
  const MutableBytes buffer = Buffer(200 * 512);

  EXPECT_THAT(driver.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));

  EXPECT_EQ(disk_->device().in_flight_count(), 0u);
  EXPECT_THAT(disk_->requests(), SizeIs(128 / 3 + 2));
  EXPECT_THAT(ReadSector(9), IsOk());
}

TEST_F(VirtioBlockFailure, IsTheFirstOfSeveral) {
  VirtioBlockDevice& driver =
      InsertAndStart({.features = Disk::kSizeMax, .size_max = 512});
  disk_->AnswerAt(1, 2);
  disk_->AnswerAt(3, 1);
  const MutableBytes buffer = Buffer(5 * 512);

  EXPECT_THAT(driver.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kUnsupported));
}

/// Devices that cannot be trusted any more.
class VirtioBlockMisbehaviour : public VirtioBlockFailure {
 protected:
  void ExpectStopped() {
    EXPECT_EQ(disk_->device().status(), 0) << "the device must be reset";
    EXPECT_EQ(disk_->device().in_flight_count(), 0u);
    const uint64_t notifications = disk_->device().notification_count();
    EXPECT_THAT(ReadSector(0), IsError(ErrorCode::kDeviceError));
    EXPECT_EQ(disk_->device().notification_count(), notifications);
  }
};

TEST_F(VirtioBlockMisbehaviour, SilenceTimesOutAndLeavesTheDeviceReset) {
  InsertAndStart();
  disk_->device().faults().silent = true;
  const uint64_t start_ns = NowNs();

  EXPECT_THAT(ReadSector(1), IsError(ErrorCode::kTimedOut));

  EXPECT_THAT(NowNs() - start_ns,
              AllOf(Ge(VirtioBlockDevice::kRequestTimeoutNs),
                    Lt(VirtioBlockDevice::kRequestTimeoutNs + kSecond)));
  ExpectStopped();
  disk_->device().faults().silent = false;
  disk_->device().Work();
  EXPECT_THAT(sector_, Each(std::byte{0xA5})) << "nothing lands later";
}

TEST_F(VirtioBlockMisbehaviour, SlownessIsNone) {
  VirtioBlockDevice& driver =
      InsertAndStart({.features = Disk::kSizeMax, .size_max = 512});
  disk_->device().manners().completions_per_turn = 1;
  clock_.OnRelax([this] {
    clock_.Advance(20 * kSecond);
    disk_->device().Work();
  });
  const MutableBytes buffer = Buffer(10 * 512);

  EXPECT_THAT(driver.Read({{{.lba = 0, .buffer = buffer}}}), IsOk());
}

TEST_F(VirtioBlockMisbehaviour, IsFallingSilentHalfway) {
  VirtioBlockDevice& driver =
      InsertAndStart({.features = Disk::kSizeMax, .size_max = 512});
  disk_->device().faults().silent_after = 5;
  const MutableBytes buffer = Buffer(10 * 512);

  EXPECT_THAT(driver.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kTimedOut));

  ExpectStopped();
}

TEST_F(VirtioBlockMisbehaviour, IsNoticedBeforeTheTimeoutIfTheDeviceSaysSo) {
  InsertAndStart();
  disk_->device().faults().silent = true;
  disk_->device().faults().needs_reset_when_silent = true;
  const uint64_t start_ns = NowNs();

  EXPECT_THAT(ReadSector(1), IsError(ErrorCode::kDeviceError));

  EXPECT_LT(NowNs() - start_ns, VirtioBlockDevice::kRequestTimeoutNs / 2);
  ExpectStopped();
}

TEST_F(VirtioBlockMisbehaviour, IsAnUnknownId) {
  InsertAndStart();
  disk_->device().faults().corrupt_used =
      [](uint32_t& id, uint32_t&, uint16_t&) { id = 0x1'0000; };

  EXPECT_THAT(ReadSector(1), IsError(ErrorCode::kDeviceError));

  ExpectStopped();
}

TEST_F(VirtioBlockMisbehaviour, IsAnIndexThatJumps) {
  InsertAndStart();
  disk_->device().faults().corrupt_used =
      [](uint32_t&, uint32_t&, uint16_t& index) {
        index = static_cast<uint16_t>(index + 100);
      };

  EXPECT_THAT(ReadSector(1), IsError(ErrorCode::kDeviceError));

  ExpectStopped();
}

TEST_F(VirtioBlockMisbehaviour, IsTheSameRequestTwice) {
  VirtioBlockDevice& driver =
      InsertAndStart({.features = Disk::kSizeMax, .size_max = 512});
  std::optional<uint32_t> first;
  disk_->device().faults().corrupt_used =
      [&](uint32_t& id, uint32_t&, uint16_t&) {
        if (!first) first = id;
        id = *first;
      };
  const MutableBytes buffer = Buffer(3 * 512);

  EXPECT_THAT(driver.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));

  ExpectStopped();
}

TEST_F(VirtioBlockMisbehaviour, IsReportedEvenIfTheDeviceDoesNotReset) {
  InsertAndStart();
  disk_->device().faults().silent = true;
  disk_->device().faults().polls_until_reset = UINT32_MAX;

  EXPECT_THAT(ReadSector(1), IsError(ErrorCode::kTimedOut));

  EXPECT_THAT(driver_->Quiesce(), IsError(ErrorCode::kTimedOut));
}

using VirtioBlockQuiesce = VirtioBlockFailure;

TEST_F(VirtioBlockQuiesce, ResetsTheDeviceForGood) {
  InsertAndStart({.features = Disk::kFlush});
  EXPECT_THAT(ReadSector(1), IsOk());

  EXPECT_THAT(driver_->Quiesce(), IsOk());

  EXPECT_EQ(disk_->device().status(), 0);
  EXPECT_THAT(ReadSector(1), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(driver_->Write({{{.lba = 0, .buffer = sector_}}}),
              IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(driver_->Flush(), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(driver_->Quiesce(), IsOk());
}

TEST_F(VirtioBlockQuiesce, WaitsForTheReset) {
  InsertAndStart();
  disk_->device().faults().polls_until_reset = 50;

  EXPECT_THAT(driver_->Quiesce(), IsOk());

  EXPECT_EQ(disk_->device().status(), 0);
}

}  // namespace
}  // namespace flint::block
