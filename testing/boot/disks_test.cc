// SPDX-License-Identifier: Apache-2.0
//
// Debian boots from every kind of disk.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Disk;
using qemu::Machine;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Disks : public BootTest {
 protected:
  /// Boots from the one disk.
  absl::StatusOr<GuestReport> BootFrom(const Disk& disk) {
    return Boot(WithFirmware(Machine::Q35()).WithDisk(disk));
  }
};

TEST_F(Disks, BootFromFat12) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       BootFrom({.image = Image("fat12.img")}));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
  EXPECT_EQ(guest.overlay, kOverlay);
}

// FAT16 is what matrix_test boots from.

TEST_F(Disks, BootFromFat32WithACompressedInitrd) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       BootFrom({.image = Image("fat32.img")}));

  EXPECT_EQ(guest.command_line,
            "console=ttyS0 panic=-1 quiet no_timer_check cryptomgr.notests "
            "flint.test=compressed");
  EXPECT_EQ(guest.overlay, kOverlay);
}

TEST_F(Disks, BootFromFilesInPieces) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       BootFrom({.image = Image("fragmented.img")}));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
  EXPECT_EQ(guest.overlay, kOverlay);
}

TEST_F(Disks, BootWithBlocksOf4096Bytes) {
  ASSERT_OK_AND_ASSIGN(
      const GuestReport guest,
      BootFrom({.image = Image("sectors_4096.img"), .block_size_bytes = 4096}));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
  EXPECT_THAT(guest.disks, ElementsAre("vda 4096 EFI PART"));
}

TEST_F(Disks, BootFromTheBackupOfADestroyedPartitionTable) {
  ASSERT_OK_AND_ASSIGN(
      const GuestReport guest,
      BootFrom({.image = Image("first_header_destroyed.img")}));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
}

TEST_F(Disks, BootFromTheLastOf24Partitions) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       BootFrom({.image = Image("partitions_24.img")}));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
}

TEST_F(Disks, BootFromAnMbrDisk) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       BootFrom({.image = Image("mbr.img")}));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
}

TEST_F(Disks, BootFromAReadOnlyDisk) {
  ASSERT_OK_AND_ASSIGN(
      const GuestReport guest,
      BootFrom({.image = Image("fat16.img"), .read_only = true}));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
}

TEST_F(Disks, BootThroughAnIommuWithManySmallQueues) {
  ASSERT_OK_AND_ASSIGN(
      const GuestReport guest,
      BootFrom({.image = Image("fat16.img"),
                .disable_legacy = true,
                .properties = "iommu_platform=on,num-queues=4,queue-size=16"}));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
  EXPECT_THAT(guest.disks, ElementsAre("vda 512 EFI PART"));
}

TEST_F(Disks, BootFromAnExtendedBootLoaderPartition) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       BootFrom({.image = Image("xbootldr.img")}));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
}

TEST_F(Disks, BootWithTheVmmsInitrdWhenTheEntryNamesNone) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       Boot(WithFirmware(Machine::Q35())
                                .WithInitrd(Image("guest_initrd.cpio"))
                                .WithDisk({.image = Image("no_initrd.img")})));

  EXPECT_EQ(guest.command_line,
            "console=ttyS0 panic=-1 quiet no_timer_check cryptomgr.notests "
            "flint.test=no_initrd");
}

TEST_F(Disks, BootFromTheSecondWhenTheFirstHoldsNothing) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       Boot(WithFirmware(Machine::Q35())
                                .WithDisk({.image = Image("blank.img")})
                                .WithDisk({.image = Image("fat16.img")})));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
  EXPECT_THAT(guest.disks, Contains("vdb 512 EFI PART"));
}

TEST_F(Disks, BootFromTheSecondWhenTheFirstOnesKernelIsSpoiled) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       Boot(WithFirmware(Machine::Pc())
                                .WithDisk({.image = Image("looped_kernel.img")})
                                .WithDisk({.image = Image("fat16.img")})));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
}

TEST_F(Disks, BootTheNextEntryWhenTheFirstOnesKernelIsMissing) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       BootFrom({.image = Image("second_entry.img")}));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
  EXPECT_THAT(machine().serial(), HasSubstr("missing.conf"));
}

}  // namespace
}  // namespace flint::boot_test
