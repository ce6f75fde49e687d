// SPDX-License-Identifier: Apache-2.0
//
// Debian's kernel boots from disks of every kind, in whatever order the VM's
// owner wants them tried, and finds their controllers as it likes them.
#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Disk;
using qemu::DiskKind;
using qemu::Machine;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Kind {
  std::string_view name;
  DiskKind kind;
  /// What the firmware calls it.
  std::string_view disk;
  std::string_view image = "fat16.img";
  uint32_t block_size_bytes = 512;
};

class DiskKinds : public BootTest,
                  public ::testing::WithParamInterface<Kind> {};

/// A machine with a disk of every kind, all of which boot.
Machine MachineFor(const Kind& wanted) {
  Machine machine = WithFirmware(Machine::Q35());
  machine.WithMemoryMib(512);
  for (const DiskKind kind :
       {DiskKind::kNvme, DiskKind::kSata, DiskKind::kVirtioScsi}) {
    Disk disk{.image = Image("fat16.img"), .kind = kind};
    if (kind == wanted.kind) {
      disk.image = Image(wanted.image);
      disk.block_size_bytes = wanted.block_size_bytes;
      disk.properties = "bootindex=1";
    }
    machine.WithDisk(disk);
  }
  return machine;
}

TEST_P(DiskKinds, BootDebian) {
  const Kind& wanted = GetParam();

  ASSERT_OK_AND_ASSIGN(const GuestReport guest, Boot(MachineFor(wanted)));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
  EXPECT_EQ(guest.overlay, kOverlay);
  EXPECT_THAT(FirmwareLines(machine().serial()),
              Contains(HasSubstr(std::string(wanted.disk))));
  // Of the others the guest has no drivers.
  EXPECT_THAT(guest.disks, ElementsAre("nvme0n1 512 EFI PART"));
}

INSTANTIATE_TEST_SUITE_P(
    ,
    DiskKinds,
    ::testing::Values(Kind{.name = "Nvme",
                           .kind = DiskKind::kNvme,
                           .disk = "nvme namespace 1 at pci 0000:00:01.0"},
                      Kind{.name = "Sata",
                           .kind = DiskKind::kSata,
                           .disk = "ahci disk port 0 at pci 0000:00:1f.2"},
                      Kind{.name = "VirtioScsi4096",
                           .kind = DiskKind::kVirtioScsi,
                           .disk = "virtio-scsi disk target 3 lun 2 at pci",
                           .image = "sectors_4096.img",
                           .block_size_bytes = 4096}),
    [](const auto& parameters) { return std::string(parameters.param.name); });

}  // namespace
}  // namespace flint::boot_test
