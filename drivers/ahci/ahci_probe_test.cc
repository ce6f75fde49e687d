// SPDX-License-Identifier: Apache-2.0
// Bringing an adapter and its ports up: in which order, and what is refused.
#include "drivers/ahci/ahci_probe.h"

#include <vector>

#include "drivers/ahci/ahci_fixture.h"
#include "drivers/ahci/registers.h"

namespace flint::ahci {
namespace {

using ::flint::testing::IsError;
using io::DidWrite;
using AhciProbe = AhciTest;

TEST_F(AhciProbe, StartsDisksInTheOrderOfPorts) {
  AddDisk(3, 64 * 512);
  adapter().AddEmptyPort(1);
  AddDisk(0, 128 * 512);

  const auto disks = Probe();

  ASSERT_EQ(disks.size(), 2u);
  EXPECT_EQ(disks[0].name.view(), "ahci disk port 0 at pci 0000:00:1f.2");
  EXPECT_EQ(disks[0].device->geometry().block_count, 128u);
  EXPECT_EQ(disks[0].device->geometry().block_size_bytes, 512u);
  EXPECT_FALSE(disks[0].device->geometry().read_only);
  EXPECT_EQ(disks[1].name.view(), "ahci disk port 3 at pci 0000:00:1f.2");
  EXPECT_EQ(disks[1].attachment.unit, block::Attachment::Unit::kSataPort);
  EXPECT_EQ(disks[1].attachment.number, 3u);
}

TEST_F(AhciProbe, FollowsTheSpecificationsOrder) {
  AddDisk(0);

  Probe();

  const auto writes = adapter().registers().writes();
  const uint32_t list = adapter().registers().value(0x100);
  constexpr uint32_t kAwake = 1 << 28 | 1 << 2 | 1 << 1;
  const std::vector<io::Access> wanted{
      DidWrite(32, 0x04, 0x8000'0000),  // AHCI
      DidWrite(32, 0x04, 0x8000'0001),  // reset
      DidWrite(32, 0x04, 0x8000'0000),  // which forgets that
      DidWrite(32, 0x114, 0),           // no interrupts
      DidWrite(32, 0x100, list),        // memory
      DidWrite(32, 0x104, 0),
      DidWrite(32, 0x108, list + 1024),
      DidWrite(32, 0x10C, 0),
      DidWrite(32, 0x118, kAwake),
      DidWrite(32, 0x130, 0xFFFF'FFFF),      // errors of the link's start
      DidWrite(32, 0x118, kAwake | 1 << 4),  // messages
      DidWrite(32, 0x110, 0),
      DidWrite(32, 0x118, kAwake | 1 << 4 | 1),
      DidWrite(32, 0x138, 1),  // IDENTIFY DEVICE
  };
  EXPECT_EQ(writes, wanted);
}

TEST_F(AhciProbe, LeavesAnEmptyAdapterAlone) {
  for (uint32_t port = 0; port < 6; ++port) adapter().AddEmptyPort(port);
  const uint64_t before = clock_.now_ns();

  EXPECT_TRUE(Probe().empty());

  EXPECT_EQ(adapter().reset_count(), 0u);
  EXPECT_EQ(adapter().registers().accesses().size(), 9u) << "each a VM exit";
  EXPECT_EQ(clock_.now_ns(), before);
}

TEST_F(AhciProbe, WakesPortsThatWaitToBeTold) {
  PutIn({.staggered_spin_up = true});
  AddDisk(2);
  adapter().AddEmptyPort(0);

  const auto disks = Probe();

  ASSERT_EQ(disks.size(), 1u);
  EXPECT_OK(disks[0].status);
}

TEST_F(AhciProbe, SaysWhyAnAdapterDoesNotWork) {
  AddDisk(0);
  adapter().NeverReset();

  const auto disks = Probe();

  ASSERT_EQ(disks.size(), 1u);
  EXPECT_EQ(disks[0].name.view(), "ahci at pci 0000:00:1f.2");
  EXPECT_EQ(disks[0].device, nullptr);
  EXPECT_THAT(disks[0].status, IsError(ErrorCode::kTimedOut));
}

TEST_F(AhciProbe, SaysThatNobodyGaveItAnAddress) {
  function_.SetBar(5, {.address = 0, .size_bytes = 0x2000});

  const auto disks = Probe();

  ASSERT_EQ(disks.size(), 1u);
  EXPECT_THAT(disks[0].status, IsError(ErrorCode::kUnsupported));
}

TEST_F(AhciProbe, GoesOnAfterAPortThatFails) {
  AddDisk(0).link_comes_up = false;
  AddDisk(1).stays_busy = true;
  AddDisk(2).identity.assign(512, 0);
  AddDisk(3).silent_after = 0;
  AddDisk(4);

  const auto disks = Probe();

  ASSERT_EQ(disks.size(), 5u);
  EXPECT_EQ(disks[0].name.view(), "ahci port 0 at pci 0000:00:1f.2");
  EXPECT_THAT(disks[0].status, IsError(ErrorCode::kTimedOut));
  EXPECT_THAT(disks[1].status, IsError(ErrorCode::kTimedOut));
  EXPECT_THAT(disks[2].status, IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(disks[3].status, IsError(ErrorCode::kTimedOut));
  EXPECT_OK(disks[4].status);
  for (uint32_t port = 0; port < 4; ++port) {
    EXPECT_FALSE(adapter().IsActive(port)) << port;
  }
}

TEST_F(AhciProbe, LeavesOutWhatIsNoDisk) {
  AddDisk(0).signature = 0x9669'0101;
  scsi::FakeLogicalUnit tape({.type = scsi::FakeLogicalUnit::kTape}, {});
  AddDrive(1, tape);
  scsi::FakeLogicalUnit empty(
      {.type = scsi::FakeLogicalUnit::kCdRom, .has_medium = false}, {});
  AddDrive(2, empty);

  EXPECT_TRUE(Probe().empty());

  for (uint32_t port = 0; port < 3; ++port) {
    EXPECT_FALSE(adapter().IsActive(port)) << port;
  }
}

TEST_F(AhciProbe, FailsForWantOfMemory) {
  AddDisk(0);
  arena_ = Arena(std::span<std::byte>{});

  const auto disks = Probe();

  ASSERT_EQ(disks.size(), 1u);
  EXPECT_THAT(disks[0].status, IsError(ErrorCode::kNoMemory));
  EXPECT_FALSE(SomePagesAreTaken());
}

}  // namespace
}  // namespace flint::ahci
