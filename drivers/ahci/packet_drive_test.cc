// SPDX-License-Identifier: Apache-2.0
// CD-ROM drives at SATA ports.
#include "drivers/ahci/packet_drive.h"

#include <algorithm>
#include <vector>

#include "drivers/ahci/ahci_fixture.h"

namespace flint::ahci {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using scsi::FakeLogicalUnit;
using scsi::Sense;

class PacketDriveTest : public AhciTest {
 protected:
  PacketDriveTest() {
    for (size_t i = 0; i < bytes_.size(); ++i) {
      bytes_[i] = static_cast<std::byte>(i ^ i >> 9 ^ i >> 17);
    }
  }

  std::vector<std::byte> bytes_{3 * kMiB};
  FakeLogicalUnit unit_{{.type = FakeLogicalUnit::kCdRom,
                         .removable = true,
                         .block_size_bytes = 2048,
                         .block_count = 3 * kMiB / 2048},
                        bytes_};
};

TEST_F(PacketDriveTest, IsADiskOf2048ByteBlocks) {
  AddDrive(1, unit_);

  auto& drive = ProbeOne();

  EXPECT_EQ(drive.name(), "ahci cd-rom port 1 at pci 0000:00:1f.2");
  EXPECT_EQ(drive.geometry().block_size_bytes, 2048u);
  EXPECT_EQ(drive.geometry().block_count, 3 * kMiB / 2048);
  EXPECT_TRUE(drive.geometry().read_only);
  EXPECT_TRUE(drive.geometry().removable);
}

TEST_F(PacketDriveTest, ReadsAndDoesNotWrite) {
  auto& device = AddDrive(0, unit_);
  auto& drive = ProbeOne();
  device.commands.clear();
  device.issue_count = 0;
  const MutableBytes buffer = Buffer(5 * kMiB / 2);

  ASSERT_OK(drive.Read({{{.lba = 16, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(
      buffer, MutableBytes(bytes_).subspan(16 * 2048, buffer.size())));
  EXPECT_EQ(device.commands.size(), 2u);
  EXPECT_EQ(device.issue_count, 1u);
  EXPECT_THAT(drive.Write({{{.lba = 16, .buffer = buffer}}}),
              IsError(ErrorCode::kReadOnly));
  EXPECT_OK(drive.Flush());
}

TEST_F(PacketDriveTest, AsksWhyAReadFailedAndStaysUsable) {
  AddDrive(0, unit_);
  auto& drive = ProbeOne();
  unit_.FailAt(100, {Sense::kMediumError, 0x11, 0});
  unit_.FailAt(200, FakeLogicalUnit::kNoMedium);
  const MutableBytes buffer = Buffer(2048);

  EXPECT_THAT(drive.Read({{{.lba = 100, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(drive.Read({{{.lba = 200, .buffer = buffer}}}),
              IsError(ErrorCode::kNotFound));
  EXPECT_THAT(drive.Read({{{.lba = 101, .buffer = buffer}}}), IsOk());
}

TEST_F(PacketDriveTest, WaitsForTheDriveToBecomeReady) {
  unit_.polls_until_ready() = 4;
  AddDrive(0, unit_);

  EXPECT_THAT(ProbeOne().Flush(), IsOk());
}

TEST_F(PacketDriveTest, GivesUpOnADriveThatFallsSilent) {
  AddDrive(0, unit_).silent_after = 2;

  const auto disks = Probe();

  ASSERT_EQ(disks.size(), 1u);
  EXPECT_THAT(disks[0].status, IsError(ErrorCode::kTimedOut));
  EXPECT_FALSE(adapter().IsActive(0));
}

}  // namespace
}  // namespace flint::ahci
