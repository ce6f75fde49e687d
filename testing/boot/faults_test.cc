// SPDX-License-Identifier: Apache-2.0
//
// Disks that fail while they are read: each costs its own candidates, soon, and
// the boot goes on.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Disk;
using qemu::DiskKind;
using qemu::Json;
using qemu::Machine;
using qemu::Qemu;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Lt;

constexpr uint64_t kSectorBytes = 512;

/// Where fat16.img has what it has.
constexpr uint64_t kGptHeader = 1;
constexpr uint64_t kBootSector = 2048;
constexpr uint64_t kFirstFat = kBootSector + 4;
constexpr uint64_t kSecondFat = kFirstFat + 40;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The sector that a file starts at, by what it has at `offset`.
uint64_t SectorOf(const std::string& image,
                  std::string_view content,
                  uint64_t offset) {
  size_t found = image.find(content);
  while (found != image.npos && found % kSectorBytes != offset % kSectorBytes) {
    found = image.find(content, found + 1);
  }
  EXPECT_NE(found, image.npos) << content;
  return (found - offset) / kSectorBytes;
}

class Faults : public BootTest {
 protected:
  Faults() : fat16_(ReadFile(Image("fat16.img"))) {}

  /// A disk that boots, but for these sectors, which cannot be read.
  Disk DiskWithout(const std::vector<uint64_t>& sectors, DiskKind kind) {
    const std::string rules = absl::StrCat(
        std::getenv("TEST_TMPDIR"), "/rules-", rule_files_++, ".conf");
    std::ofstream file(rules);
    for (const uint64_t sector : sectors) {
      file << "[inject-error]\nevent = \"read_aio\"\nerrno = \"5\"\nsector = \""
           << sector << "\"\n";
    }
    return {.image = absl::StrCat("blkdebug:", rules, ":", Image("fat16.img")),
            .kind = kind};
  }

  uint64_t kernel() const { return SectorOf(fat16_, "HdrS", 0x202); }
  uint64_t initrd() const { return SectorOf(fat16_, "070701", 0); }
  uint64_t last_sector() const { return fat16_.size() / kSectorBytes - 1; }

  /// The report's next line about `disk`, and what is tried on it, has this
  /// reason.
  void ExpectReported(std::string_view disk, std::string_view reason) {
    EXPECT_OK(machine().ExpectLine(
        absl::StrCat("^flint: error:   ", disk, "(,.*)?: ", reason, "$")));
  }

  /// Starts a machine of which the first disks fall silent once they have been
  /// read for a while.
  void StartWithDisksThatFallSilent(Machine machine, int count) {
    ASSERT_OK(Start(machine.WithArguments({"-S"})));
    for (int i = 0; i < count; ++i) {
      // As much as that at once, then a byte a second.
      Throttle(i, R"("bps_rd": 1, "bps_rd_max": 2097152)");
    }
    ASSERT_OK(this->machine().Execute("cont"));
  }

  void Throttle(int disk, std::string_view reads) {
    ASSERT_OK(machine().Execute(
        "block_set_io_throttle",
        absl::StrCat(R"({"device": "disk)",
                     disk,
                     R"(", "bps": 0, "bps_wr": 0, "iops": 0, "iops_rd": 0, )",
                     R"("iops_wr": 0, )",
                     reads,
                     "}")));
  }

 private:
  std::string fat16_;
  int rule_files_ = 0;
};

TEST_F(Faults, OfReadingAreReported) {
  ASSERT_OK(Start(
      WithFirmware(Machine::Q35(), "flint.on_failure=poweroff")
          .WithDisk(DiskWithout({kBootSector}, DiskKind::kVirtioBlk))
          .WithDisk(DiskWithout({kGptHeader, last_sector()}, DiskKind::kNvme))
          .WithDisk(DiskWithout({kernel() + 64}, DiskKind::kVirtioBlk))
          .WithDisk(DiskWithout({initrd() + 64}, DiskKind::kNvme))
          .WithDisk({.image = Image("short_fat16.img")})
          .WithDisk(DiskWithout({kFirstFat, kSecondFat}, DiskKind::kSata))
          .WithDisk(DiskWithout({kernel() + 64}, DiskKind::kSata))));

  ASSERT_OK(machine().ExpectText("no bootable operating system found:"));
  ExpectReported("virtio-blk at pci 0000:00:01.0", "disk reports an I/O error");
  ExpectReported("nvme namespace 1 at pci 0000:00:02.0",
                 "disk reports a medium error");
  ExpectReported("virtio-blk at pci 0000:00:03.0",
                 "debian.conf:.* disk reports an I/O error");
  ExpectReported("nvme namespace 1 at pci 0000:00:04.0",
                 "debian.conf:.* disk reports a medium error");
  ExpectReported("virtio-blk at pci 0000:00:05.0",
                 "no partition that could be booted from");
  ExpectReported("ahci disk port 0 at pci 0000:00:1f.2",
                 ".*disk aborted the command");
  ExpectReported("ahci disk port 1 at pci 0000:00:1f.2",
                 "debian.conf:.* disk aborted the command");
  ASSERT_OK(machine().ExpectExit());
}

TEST_F(Faults, OfDisksThatFallSilentTakeTheirTimeAndNoMore) {
  constexpr int kDisks = 4;
  constexpr int kSecondsEach = 30;
  Machine machine = WithFirmware(Machine::Q35())
                        // A quarter of a microsecond an instruction: half a
                        // minute of waiting is over in a second.
                        .WithArguments({"-icount", "shift=8"})
                        .WithArguments({"-rtc", "base=2024-01-01,clock=vm"});
  for (const DiskKind kind : {DiskKind::kVirtioBlk,
                              DiskKind::kNvme,
                              DiskKind::kVirtioScsi,
                              DiskKind::kSata}) {
    machine.WithDisk({.image = Image("fat16.img"), .kind = kind});
  }

  StartWithDisksThatFallSilent(machine, kDisks);

  ASSERT_OK(this->machine().ExpectText("no bootable operating system found:"));
  for (const std::string_view disk :
       {"virtio-blk at pci 0000:00:01.0",
        "nvme namespace 1 at pci 0000:00:02.0",
        "virtio-scsi disk target 3 lun 2 at pci 0000:00:03.0",
        "ahci disk port 0 at pci 0000:00:1f.2"}) {
    ExpectReported(disk, "debian.conf:.* disk does not answer");
  }
  ASSERT_OK_AND_ASSIGN(
      const Json date,
      this->machine().Execute(
          "qom-get", R"({"path": "/machine", "property": "rtc-time"})"));
  EXPECT_THAT(date["tm_min"].integer() * 60 + date["tm_sec"].integer(),
              AllOf(Ge(kDisks * kSecondsEach), Lt(kDisks * kSecondsEach + 30)));
}

/// The i440FX machine's ports to take devices out. [qemu acpi_pci_hotplug]
constexpr std::string_view kSelectBus = "o /w 0xae10 0";
constexpr std::string_view kEject = "o /w 0xae08 ";

TEST_F(Faults, OfDisksThatVanish) {
  Machine machine = WithFirmware(Machine::Pc());
  machine
      .WithDisk({.image = Image("fat16.img"), .properties = "id=first,addr=3"})
      .WithDisk({.image = Image("fat16.img"),
                 .kind = DiskKind::kNvme,
                 .properties = "id=second,addr=4"})
      .WithArguments({"-device", "ahci,id=third,addr=5"})
      .WithDisk({.image = Image("fat16.img"),
                 .kind = DiskKind::kSata,
                 .properties = "bus=third.0"})
      .WithDisk({.image = Image("missing_kernel.img"), .properties = "addr=6"});
  StartWithDisksThatFallSilent(machine, 3);

  const std::array<std::string_view, 3> disks = {
      "virtio-blk at pci 0000:00:03.0",
      "nvme namespace 1 at pci 0000:00:04.0",
      "ahci disk port 0 at pci 0000:00:05.0"};
  const std::array<std::string_view, 3> devices = {"first", "second", "third"};
  for (size_t i = 0; i < disks.size(); ++i) {
    ASSERT_OK(this->machine().ExpectText(
        absl::StrCat("booting debian.conf from ", disks[i])));
    ASSERT_OK(this->machine().Execute(
        "device_del", absl::StrCat(R"({"id": ")", devices[i], R"("})")));
    // Guests that know how to do it let go of the device themselves.
    ASSERT_OK(this->machine().Monitor(kSelectBus));
    ASSERT_OK(this->machine().Monitor(absl::StrCat(kEject, 1 << (3 + i))));
  }

  ASSERT_OK(this->machine().ExpectText("no bootable operating system found:"));
  ExpectReported(disks[0], "debian.conf:.* disk stopped working");
  ExpectReported(disks[1], "debian.conf:.* NVMe controller does not react");
  // The second where what was read ahead met the first.
  ExpectReported(
      disks[2],
      "debian.conf:.* (SATA controller is gone|disk has been stopped)");
  ExpectReported("virtio-blk at pci 0000:00:06.0", "missing.conf:.*");
  // QEMU 7.2 may crash when it ends with requests of devices that are gone, so
  // that the machine is not asked to power off.
}

TEST_F(Faults, OfAResetWhileADiskIsRead) {
  StartWithDisksThatFallSilent(
      WithFirmware(Machine::Q35())
          .WithDisk({.image = Image("fat16.img"), .kind = DiskKind::kNvme})
          .WithArguments({"-action", "reboot=reset"}),
      1);
  ASSERT_OK(machine().ExpectText("booting debian.conf from nvme"));

  ASSERT_OK(machine().Execute("system_reset"));
  Throttle(0, R"("bps_rd": 0)");

  ASSERT_OK(machine().ExpectText("booting debian.conf from nvme"));
  ASSERT_OK_AND_ASSIGN(const GuestReport guest, ExpectReport());
  EXPECT_EQ(guest.overlay, kOverlay);
}

}  // namespace
}  // namespace flint::boot_test
