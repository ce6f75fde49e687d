// SPDX-License-Identifier: Apache-2.0
// Transfers of a disk at a SATA port, and what happens when they fail.
#include "drivers/ahci/sata_disk.h"

#include <algorithm>
#include <array>
#include <vector>

#include "drivers/ahci/ahci_fixture.h"
#include "drivers/ahci/ata.h"

namespace flint::ahci {
namespace {

using block::BlockExtent;
using block::ConstBlockExtent;
using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using Command = FakeAhci::Command;

class SataDiskTest : public AhciTest {
 protected:
  MutableBytes OnDisk(uint64_t offset, uint64_t size_bytes) {
    return MutableBytes(contents_[0]).subspan(offset, size_bytes);
  }

  /// All of its registers read as `value` from now on.
  void RemoveAdapter(uint32_t value) {
    auto& registers = adapter().registers();
    for (const uint64_t offset : {0x110u, 0x118u, 0x138u}) {
      registers.OnRead(offset, [value] { return value; });
      registers.OnWrite(offset, [](uint32_t) {});
    }
  }

  /// The commands since the disk was started.
  std::vector<Command> CommandsOf(const FakeAhci::Device& device) {
    return {device.commands.begin() + 1, device.commands.end()};
  }
};

TEST_F(SataDiskTest, ReadsEveryExtentWithOneNotification) {
  auto& device = AddDisk(0);
  auto& disk = ProbeOne();
  device.issue_count = 0;
  const MutableBytes first = Buffer(512);
  const MutableBytes second = Buffer(64 * 1024);
  const std::array<BlockExtent, 3> extents{{{.lba = 2047, .buffer = first},
                                            {.lba = 5, .buffer = {}},
                                            {.lba = 9, .buffer = second}}};

  ASSERT_OK(disk.Read(extents));

  EXPECT_TRUE(std::ranges::equal(first, OnDisk(2047 * 512, 512)));
  EXPECT_TRUE(std::ranges::equal(second, OnDisk(9 * 512, 64 * 1024)));
  EXPECT_EQ(CommandsOf(device),
            (std::vector<Command>{{0x25, 2047, 512}, {0x25, 9, 64 * 1024}}));
  EXPECT_EQ(device.issue_count, 1u);
}

TEST_F(SataDiskTest, CutsAtFourMegabytes) {
  auto& device = AddDisk(0, 10 * kMiB);
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(9 * kMiB);

  ASSERT_OK(disk.Read({{{.lba = 7, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(7 * 512, 9 * kMiB)));
  EXPECT_EQ(CommandsOf(device),
            (std::vector<Command>{{0x25, 7, 4 * kMiB},
                                  {0x25, 7 + 8192, 4 * kMiB},
                                  {0x25, 7 + 16384, kMiB}}));
}

TEST_F(SataDiskTest, KeepsAllSlotsFull) {
  auto& device = AddDisk(0);
  device.commands_per_turn = 1;
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(100 * 512);
  std::vector<BlockExtent> extents;
  for (uint64_t i = 0; i < 100; ++i) {
    extents.push_back({.lba = i * 2, .buffer = buffer.subspan(i * 512, 512)});
  }

  ASSERT_OK(disk.Read(extents));

  EXPECT_EQ(device.most_in_flight, 32u);
  for (uint64_t i = 0; i < 100; ++i) {
    EXPECT_TRUE(std::ranges::equal(buffer.subspan(i * 512, 512),
                                   OnDisk(i * 1024, 512)));
  }
}

TEST_F(SataDiskTest, UsesOnlyTheSlotsThereAre) {
  PutIn({.slot_count = 1});
  auto& device = AddDisk(0);
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(1024);
  const std::array<BlockExtent, 2> extents{
      {{.lba = 0, .buffer = buffer.first(512)},
       {.lba = 8, .buffer = buffer.last(512)}}};

  ASSERT_OK(disk.Read(extents));

  EXPECT_EQ(device.most_in_flight, 1u);
}

TEST_F(SataDiskTest, CountsBlocksOf4096Bytes) {
  auto& device = AddDisk(0, kMiB, 4096);
  auto& disk = ProbeOne();
  EXPECT_EQ(disk.geometry().block_size_bytes, 4096u);
  EXPECT_EQ(disk.geometry().block_count, 256u);
  const MutableBytes buffer = Buffer(8192);

  ASSERT_OK(disk.Read({{{.lba = 3, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(3 * 4096, 8192)));
  EXPECT_EQ(CommandsOf(device), (std::vector<Command>{{0x25, 3, 8192}}));
}

TEST_F(SataDiskTest, WritesAndFlushes) {
  auto& device = AddDisk(0);
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(4096);
  std::ranges::fill(buffer, std::byte{0x5A});

  ASSERT_OK(disk.Write({{{.lba = 16, .buffer = buffer}}}));
  ASSERT_OK(disk.Flush());

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(16 * 512, 4096)));
  EXPECT_EQ(CommandsOf(device),
            (std::vector<Command>{{0x35, 16, 4096}, {0xEA, 0, 0}}));
}

TEST_F(SataDiskTest, StaysUsableAfterAFailure) {
  auto& device = AddDisk(0);
  auto& disk = ProbeOne();
  device.failures = {{100, 0x40}};
  const MutableBytes buffer = Buffer(512);

  EXPECT_THAT(disk.Read({{{.lba = 100, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(disk.Read({{{.lba = 99, .buffer = buffer}}}), IsOk());

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(99 * 512, 512)));
  EXPECT_EQ(device.link_reset_count, 0u);
}

TEST_F(SataDiskTest, ResetsTheLinkOfADiskThatHangs) {
  auto& device = AddDisk(0);
  auto& disk = ProbeOne();
  device.failures = {{100, 0x10}};
  device.hangs_after_failure = true;
  const MutableBytes buffer = Buffer(512);

  EXPECT_THAT(disk.Read({{{.lba = 100, .buffer = buffer}}}),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(disk.Read({{{.lba = 99, .buffer = buffer}}}), IsOk());

  EXPECT_EQ(device.link_reset_count, 1u);
}

TEST_F(SataDiskTest, ReportsAFlushThatFailed) {
  auto& device = AddDisk(0);
  auto& disk = ProbeOne();
  device.failures = {{0, 0x04}};

  EXPECT_THAT(disk.Flush(), IsError(ErrorCode::kDeviceError));
}

TEST_F(SataDiskTest, GivesUpOnADiskThatFallsSilent) {
  auto& device = AddDisk(0);
  auto& disk = ProbeOne();
  device.silent_after = 3;
  const MutableBytes buffer = Buffer(512);

  ASSERT_OK(disk.Read({{{.lba = 0, .buffer = buffer}}}));
  ASSERT_OK(disk.Read({{{.lba = 1, .buffer = buffer}}}));
  EXPECT_THAT(disk.Read({{{.lba = 2, .buffer = buffer}}}),
              IsError(ErrorCode::kTimedOut));

  EXPECT_FALSE(adapter().IsActive(0));
  EXPECT_THAT(disk.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));
}

TEST_F(SataDiskTest, NoticesThatTheAdapterIsGone) {
  AddDisk(0);
  auto& disk = ProbeOne();
  RemoveAdapter(0xFFFF'FFFF);
  const MutableBytes buffer = Buffer(512);
  const uint64_t before = clock_.now_ns();

  EXPECT_THAT(disk.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));

  EXPECT_LT(clock_.now_ns() - before, 5 * clock::kNanosecondsPerSecond);
}

TEST_F(SataDiskTest, DoesNotTakeZerosOfAnAdapterThatIsGoneForSuccess) {
  AddDisk(0);
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(512);
  ASSERT_OK(disk.Read({{{.lba = 0, .buffer = buffer}}}));
  RemoveAdapter(0);

  EXPECT_THAT(disk.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));
}

TEST_F(SataDiskTest, StopsForGood) {
  AddDisk(0);
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(512);

  ASSERT_OK(disk.Quiesce());
  ASSERT_OK(disk.Quiesce());

  EXPECT_FALSE(adapter().IsActive(0));
  EXPECT_THAT(disk.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));
}

TEST_F(SataDiskTest, TellsThatItDoesNotStop) {
  auto& device = AddDisk(0);
  auto& disk = ProbeOne();
  device.never_stops = true;

  EXPECT_THAT(disk.Quiesce(), IsError(ErrorCode::kTimedOut));
}

TEST_F(SataDiskTest, RefusesMemoryThatTheAdapterDoesNotReach) {
  PutIn({.has_64_bit_addresses = false});
  AddDisk(0);
  auto& disk = ProbeOne();
  const MutableBytes high = memory_.AddRegion(uint64_t{1} << 32, 512);
  const MutableBytes low = Buffer(512);

  EXPECT_THAT(disk.Read({{{.lba = 0, .buffer = high}}}),
              IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(disk.Write({{{.lba = 0, .buffer = high}}}),
              IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(disk.Read({{{.lba = 0, .buffer = low}}}), IsOk());
}

TEST(AtaIdentity, IsRefusedForEveryThingThatIsWrong) {
  const auto with = [](size_t word, uint16_t value) {
    std::vector<uint8_t> identity = DiskIdentity(1000, 4096);
    identity[word * 2] = static_cast<uint8_t>(value);
    identity[word * 2 + 1] = static_cast<uint8_t>(value >> 8);
    return ParseIdentity(std::as_bytes(std::span(identity)));
  };

  EXPECT_THAT(with(0, 0), IsOk());
  EXPECT_THAT(with(49, 0x0200), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(with(83, 0x4000), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(with(83, 0xC400), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(with(100, 0), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(with(103, 2), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(with(117, 2049), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(with(117, 128), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(with(118, 1), IsError(ErrorCode::kUnsupported));
  EXPECT_EQ(with(106, 0x1000)->block_size_bytes, 512u) << "not valid";
}

TEST(AtaIdentity, IsRefusedWhereverItIsCut) {
  const std::vector<uint8_t> identity = DiskIdentity(1000, 4096);
  for (size_t size = 0; size < identity.size(); ++size) {
    EXPECT_THAT(ParseIdentity(std::as_bytes(std::span(identity)).first(size)),
                IsError(ErrorCode::kTruncated));
  }
}

}  // namespace
}  // namespace flint::ahci
