// SPDX-License-Identifier: Apache-2.0
//
// shim, GRUB and Debian, as Debian installs them: the menu, a login from disks
// of every kind, and what it costs.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/boot/uefi/firmware.h"
#include "testing/boot/uefi/kernel_messages.h"
#include "testing/qemu/machine.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Disk;
using qemu::DiskKind;
using qemu::Machine;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;

constexpr std::string_view kReadEvent = "virtio_blk_handle_read";
constexpr std::string_view kDown = "\x1b[B";
constexpr std::string_view kEnter = "\r";
constexpr uint64_t kMib = 1 << 20;
constexpr int kMemoryMib = 512;
/// A distribution takes longer than our guest.
constexpr std::chrono::seconds kStartUpLimit{600};

Machine MachineWith(Firmware firmware, std::string_view disk) {
  return On(firmware,
            Machine::Q35()
                .WithMemoryMib(kMemoryMib)
                .WithTrace(kReadEvent)
                .WithDisk({.image = Image(absl::StrCat("uefi/", disk))}));
}

class Grub : public BootTest {
 protected:
  /// Starts the machine and waits for GRUB's menu, its first entry selected.
  void StartToMenu(const Machine& with_disks) {
    ASSERT_OK(Start(with_disks).status());
    ASSERT_OK(machine().ExpectText("GNU GRUB  version 2"));
    ASSERT_OK(machine().ExpectText("*The guest under test"));
    ASSERT_OK(machine().ExpectText("Debian GNU/Linux"));
  }

  void SelectNext(std::string_view title) {
    ASSERT_OK(machine().Send(kDown));
    ASSERT_OK(machine().ExpectText(absl::StrCat("*", title)));
  }
};

TEST_F(Grub, IsFoundByTheFallbackBootLoader) {
  StartToMenu(MachineWith(FirmwareUnderTest(), "debian_fallback.img"));
}

/// A machine that Debian is installed on: shim and GRUB on one disk, the root
/// file system on another.
struct Installation {
  std::string_view name;
  Machine machine;
  Disk boot_disk;
  Disk root_disk;
  /// What the menu calls it, and at which line below the first.
  std::string_view title;
  int position;
  /// Where Linux finds both disks.
  std::string_view mounts;
};

/// Between them they have every kind of disk but the one that
/// runtime/debian_story.h has.
std::vector<Installation> Installations() {
  const Firmware firmware = FirmwareUnderTest();
  return {
      {.name = "LegacyAndSata",
       .machine = OnRom(firmware, Machine::Q35()),
       .boot_disk = {.properties = "disable-modern=on"},
       .root_disk = {.kind = DiskKind::kSata},
       // The cloud kernel has no driver for SATA.
       .title = "Debian GNU/Linux for hardware",
       .position = 2,
       .mounts = "/dev/sda ext4 /dev/vda1 vfat"},
      {.name = "NvmeAndVirtioScsi",
       .machine =
           On(firmware, Machine::Pc().WithArguments({"-bios", "qboot.rom"})),
       .boot_disk = {.kind = DiskKind::kNvme},
       .root_disk = {.kind = DiskKind::kVirtioScsi},
       .title = "Debian GNU/Linux",
       .position = 1,
       .mounts = "/dev/sda ext4 /dev/nvme0n1p1 vfat"},
      {.name = "VirtioMmioAndModernVirtio",
       .machine = On(firmware, Machine::Microvm("pcie=on")),
       .boot_disk = {.on_mmio = true},
       .root_disk = {.disable_legacy = true},
       .title = "Debian GNU/Linux for microvm",
       .position = 3,
       .mounts = "/dev/vda ext4 /dev/vdb1 vfat"},
      {.name = "VirtioMmio2",
       .machine = OnRom(firmware, Machine::Microvm().WithVirtioMmio2()),
       .boot_disk = {.on_mmio = true},
       .root_disk = {.on_mmio = true},
       .title = "Debian GNU/Linux for microvm",
       .position = 3,
       .mounts = "/dev/vdb ext4 /dev/vda1 vfat"},
  };
}

class GrubOn : public Grub, public ::testing::WithParamInterface<Installation> {
 protected:
  static Machine InstalledMachine() {
    Machine machine = GetParam().machine;
    Disk boot_disk = GetParam().boot_disk;
    boot_disk.image = Image("uefi/debian_boot.img");
    Disk root_disk = GetParam().root_disk;
    root_disk.image = Image("uefi/debian_root.ext4");
    return machine.WithMemoryMib(kMemoryMib)
        .WithDisk(boot_disk)
        .WithDisk(root_disk);
  }
};

TEST_P(GrubOn, BootsDebianToALogin) {
  if (FirmwareUnderTest() != Firmware::kFlint && GetParam().boot_disk.on_mmio) {
    GTEST_SKIP() << "other firmware needs an image of its own for microvm";
  }
  StartToMenu(InstalledMachine());
  for (int i = 1; i < GetParam().position; ++i) SelectNext("Debian GNU/Linux");
  SelectNext(GetParam().title);
  ASSERT_OK(machine().Send(kEnter));
  ASSERT_OK(machine().ExpectText("Loading initial ramdisk ..."));
  ASSERT_OK(machine().ExpectText("flint-guest login: ", kStartUpLimit));

  ASSERT_OK(machine().Send("root\n"));
  ASSERT_OK(machine().ExpectText("Password: "));
  ASSERT_OK(machine().Send("flint\n"));
  ASSERT_OK(machine().ExpectText("# "));
  ASSERT_OK(machine().Send("sh /root/report.sh\n"));
  ASSERT_OK_AND_ASSIGN(const GuestReport guest, ExpectReport());

  EXPECT_THAT(guest.command_line,
              AllOf(HasSubstr("BOOT_IMAGE=/boot/vmlinuz"),
                    HasSubstr(" root=UUID=0f11e700-"),
                    HasSubstr(" ro console=ttyS0 panic=-1 quiet")));
  EXPECT_EQ(guest.system, absl::StrCat("running ", GetParam().mounts));
  EXPECT_EQ(guest.efi, "64");
  EXPECT_THAT(Complaints(guest.kernel_messages), IsEmpty());
  EXPECT_OK(CheckEfiMemoryMap(guest.kernel_messages, kMemoryMib * kMib, 0));
}

INSTANTIATE_TEST_SUITE_P(,
                         GrubOn,
                         ::testing::ValuesIn(Installations()),
                         [](const auto& installation) {
                           return std::string(installation.param.name);
                         });

/// What GRUB's boot of the small guest costs.
struct Cost {
  int reads;
  int menu_characters;
};

class GrubCost : public Grub {
 protected:
  absl::StatusOr<Cost> Measure(Firmware firmware) {
    StartToMenu(MachineWith(firmware, "debian.img"));
    SelectNext("Debian GNU/Linux");
    const std::string& serial = machine().serial();
    const size_t start = serial.find("Welcome to GRUB!");
    const size_t end = serial.find("*Debian GNU/Linux");
    EXPECT_NE(start, serial.npos);
    EXPECT_NE(end, serial.npos);
    const int characters = static_cast<int>(end - start);
    if (absl::Status sent = machine().Send(absl::StrCat("\x1b[A", kEnter));
        !sent.ok()) {
      return sent;
    }
    absl::StatusOr<GuestReport> guest = ExpectReport();
    if (!guest.ok()) return guest.status();
    EXPECT_THAT(guest->command_line, HasSubstr("flint.test=grub"));
    absl::StatusOr<int> reads = machine().CountTraceEvents(kReadEvent);
    if (!reads.ok()) return reads.status();
    return Cost{.reads = *reads, .menu_characters = characters};
  }
};

TEST_F(GrubCost, IsNotMuchMoreThanWithOvmf) {
  ASSERT_OK_AND_ASSIGN(const Cost ovmf, Measure(Firmware::kOvmf));
  ASSERT_OK_AND_ASSIGN(const Cost flint, Measure(FirmwareUnderTest()));

  EXPECT_THAT(flint.reads, AllOf(Ge(1), Le(ovmf.reads * 3 / 2)));
  EXPECT_THAT(flint.menu_characters,
              AllOf(Ge(1), Le(ovmf.menu_characters * 2)));
  RecordProperty("reads", flint.reads);
  RecordProperty("reads_with_ovmf", ovmf.reads);
  RecordProperty("menu_characters", flint.menu_characters);
  RecordProperty("menu_characters_with_ovmf", ovmf.menu_characters);
}

}  // namespace
}  // namespace flint::boot_test
