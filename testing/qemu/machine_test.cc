// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/machine.h"

#include <string>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::qemu {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string CommandLine(const Machine& machine) {
  return absl::StrJoin(machine.Arguments(), " ");
}

TEST(Machine, NeverUsesKvmOrDefaultDevices) {
  const std::string line = CommandLine(Machine::Q35());

  EXPECT_THAT(line, HasSubstr("-machine q35 -accel tcg"));
  EXPECT_THAT(line, HasSubstr("-nodefaults -no-user-config"));
  EXPECT_THAT(line, HasSubstr("-no-reboot"));
}

TEST(Machine, GivesADiskByDefaultTheTransitionalDevice) {
  const std::string line =
      CommandLine(Machine::Pc().WithDisk({.image = "a.img"}));

  EXPECT_THAT(line, HasSubstr("-machine pc"));
  EXPECT_THAT(line, HasSubstr("snapshot=on,file=a.img"));
  EXPECT_THAT(line, HasSubstr("virtio-blk-pci,drive=disk0,"));
  EXPECT_THAT(line, Not(HasSubstr("disable-legacy")));
}

TEST(Machine, PutsADiskOfMicrovmOnVirtioMmio) {
  const Disk disk{.image = "a.img", .on_mmio = true};

  EXPECT_THAT(CommandLine(Machine::Microvm().WithDisk(disk)),
              HasSubstr("-machine microvm -accel"));
  const std::string line =
      CommandLine(Machine::Microvm("acpi=off").WithDisk(disk));
  EXPECT_THAT(line, HasSubstr("-machine microvm,acpi=off -accel"));
  EXPECT_THAT(line, HasSubstr("virtio-blk-device,drive=disk0,"));
}

TEST(Machine, NumbersDisksInOrder) {
  const std::string line =
      CommandLine(Machine::Q35()
                      .WithDisk({.image = "a", .disable_legacy = true})
                      .WithDisk({.image = "b", .block_size_bytes = 4096}));

  EXPECT_THAT(line, HasSubstr("id=disk0,readonly=off,snapshot=on,file=a"));
  EXPECT_THAT(line, HasSubstr("drive=disk0,disable-legacy=on"));
  EXPECT_THAT(line, HasSubstr("id=disk1,readonly=off,snapshot=on,file=b"));
  EXPECT_THAT(line, HasSubstr("drive=disk1,logical_block_size=4096"));
}

TEST(Machine, AttachesDisksOfEveryKind) {
  const std::string line =
      CommandLine(Machine::Q35()
                      .WithDisk({.image = "a", .kind = DiskKind::kNvme})
                      .WithDisk({.image = "b", .kind = DiskKind::kSata})
                      .WithDisk({.image = "c", .kind = DiskKind::kSataCdRom})
                      .WithDisk({.image = "d", .kind = DiskKind::kVirtioScsi}));

  EXPECT_THAT(line, HasSubstr("-device nvme,drive=disk0,serial=flint-0,"));
  EXPECT_THAT(line, HasSubstr("-device ide-hd,drive=disk1,bus=ide.0,"));
  EXPECT_THAT(line, HasSubstr("-device ide-cd,drive=disk2,bus=ide.1 "));
  EXPECT_THAT(line,
              HasSubstr("-device virtio-scsi-pci,id=scsi3 -device scsi-hd,"
                        "drive=disk3,scsi-id=3,lun=2,bus=scsi3.0,"));
}

TEST(Machine, BringsASataAdapterWhereTheBoardHasNone) {
  const Disk disk{.image = "a", .kind = DiskKind::kSata};

  EXPECT_THAT(
      CommandLine(Machine::Pc().WithDisk(disk).WithDisk(disk)),
      AllOf(HasSubstr("-device ich9-ahci,id=sata -device ide-hd,drive=disk0,"
                      "bus=sata.0,"),
            HasSubstr("-device ide-hd,drive=disk1,bus=sata.1,")));
}

TEST(Machine, PutsADiskBehindTheBridgeOfItsBoard) {
  const Disk disk{.image = "a", .behind_bridge = true};

  EXPECT_THAT(CommandLine(Machine::Q35().WithDisk(disk)),
              HasSubstr("-device pcie-root-port,chassis=1,id=bridge0"));
  EXPECT_THAT(CommandLine(Machine::Pc().WithDisk(disk)),
              HasSubstr("-device pci-bridge,chassis_nr=1,id=bridge0"));
  EXPECT_THAT(CommandLine(Machine::Q35().WithDisk(disk)),
              HasSubstr("drive=disk0,bus=bridge0"));
}

TEST(Machine, DoesNotMakeAReadOnlyDiskWritable) {
  const std::string line =
      CommandLine(Machine::Q35().WithDisk({.image = "a", .read_only = true}));

  EXPECT_THAT(line, HasSubstr("readonly=on,snapshot=off"));
}

TEST(Machine, WritesADiskThatKeepsWhatIsWritten) {
  const std::string line = CommandLine(
      Machine::Q35().WithDisk({.image = "a", .keeps_writes = true}));

  EXPECT_THAT(line, HasSubstr("readonly=off,snapshot=off,file=a"));
}

TEST(Machine, GivesADiskFurtherProperties) {
  EXPECT_THAT(
      CommandLine(Machine::Q35().WithDisk(
          {.image = "a", .properties = "iommu_platform=on,queue-size=16"})),
      HasSubstr("block_size=512,iommu_platform=on,queue-size=16"));
}

TEST(Machine, QuotesCommasInPaths) {
  EXPECT_THAT(CommandLine(Machine::Q35().WithDisk({.image = "a,b"})),
              HasSubstr("file=a,,b"));
}

}  // namespace
}  // namespace flint::qemu
