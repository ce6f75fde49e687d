// SPDX-License-Identifier: Apache-2.0
//
// Applications of ours, which see the firmware from inside.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "platforms/base/crc32.h"
#include "testing/boot/boot_test.h"
#include "testing/boot/uefi/firmware.h"
#include "testing/efi/pattern.h"
#include "testing/images/host_tool.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using images::Outcome;
using images::RunTool;
using qemu::Disk;
using qemu::Machine;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr size_t kMib = 1 << 20;
constexpr size_t kWrittenDiskMib = 24;

Disk Uefi(std::string_view image) {
  return {.image = Image(absl::StrCat("uefi/", image))};
}

Machine MachineWith(const Disk& disk, int memory_mib = 256) {
  return On(FirmwareUnderTest(),
            Machine::Q35().WithMemoryMib(memory_mib).WithDisk(disk));
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream contents;
  contents << file.rdbuf();
  return std::move(contents).str();
}

uint32_t CrcOf(std::string_view text) { return Crc32(AsBytes(text)); }

class Applications : public BootTest {};

TEST_F(Applications, FindTheServicesAsSpecified) {
  if (FirmwareUnderTest() != Firmware::kFlint) {
    GTEST_SKIP() << "other firmware takes liberties";
  }
  ASSERT_OK(Start(MachineWith(Uefi("services.img"), 6144)).status());

  ASSERT_OK_AND_ASSIGN(
      const auto count,
      machine().ExpectLine("([0-9]+) passed, ([0-9]+) failed"));
  EXPECT_THAT(count, ElementsAre(testing::_, Not("0"), "0"))
      << machine().serial();
}

/// A line of `list_disks`, up to its protocols.
constexpr std::array<std::string_view, 6> kListedDisks{
    "disk PciRoot(0x0)/Pci(0x1,0x0) | 512 x 8192 | |",
    "disk PciRoot(0x0)/Pci(0x1,0x0)/HD(1,GPT,F11E7000-0000-4000-8000-"
    "000000000001,0x800,0x800) | 512 x 2048 | partition |",
    "disk PciRoot(0x0)/Pci(0x1,0x0)/HD(2,GPT,F11E7000-0000-4000-8000-"
    "000000000002,0x1000,0x800) | 512 x 2048 | partition |",
    "disk PciRoot(0x0)/Pci(0x2,0x0) | 512 x 73728 | read-only |",
    "disk PciRoot(0x0)/Pci(0x2,0x0)/HD(1,MBR,0xF11E7000,0x800,0x11000) | "
    "512 x 69632 | partition read-only |",
    "disk PciRoot(0x0)/Pci(0x3,0x0) | 512 x 2048 | |"};

/// Of the same data on disks of other kinds; the data's checksum follows.
constexpr std::array<std::string_view, 4> kListedKinds{
    "disk PciRoot(0x0)/Pci(0x4,0x0)/NVMe(0x1,00-00-00-00-00-00-00-00) | "
    "512 x 2048 | |",
    "disk PciRoot(0x0)/Pci(0x5,0x0)/Scsi(0x3,0x2) | 512 x 2048 | |",
    "disk PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0) | 512 x 2048 | |",
    "disk PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x1,0xFFFF,0x0) | 2048 x 512 | "
    "removable read-only |"};

Disk OfKind(qemu::DiskKind kind) {
  Disk disk = Uefi("data.img");
  disk.kind = kind;
  disk.read_only = kind == qemu::DiskKind::kSataCdRom;
  return disk;
}

TEST_F(Applications, SeeAllDisks) {
  ASSERT_OK(Start(On(FirmwareUnderTest(),
                     Machine::Q35()
                         .WithDisk(Uefi("list_disks.img"))
                         .WithDisk({.image = Image("uefi/mbr_data.img"),
                                    .read_only = true})
                         .WithDisk(Uefi("data.img"))
                         .WithDisk(OfKind(qemu::DiskKind::kNvme))
                         .WithDisk(OfKind(qemu::DiskKind::kVirtioScsi))
                         .WithDisk(OfKind(qemu::DiskKind::kSata))
                         .WithDisk(OfKind(qemu::DiskKind::kSataCdRom))))
                .status());
  ASSERT_OK(machine().ExpectLine("[0-9]+ disks and partitions").status());

  // Long lines go on in the console's next.
  const std::string serial =
      absl::StrReplaceAll(machine().serial(), {{"\r", ""}, {"\n", ""}});
  for (const std::string_view start : kListedDisks) {
    const bool is_partition = absl::StrContains(start, "| partition");
    const std::string protocols = absl::StrCat(
        FirmwareUnderTest() == Firmware::kFlint ? " BlockIo2 DiskIo DiskIo2"
                                                : " DiskIo",
        is_partition ? " PartitionInfo" : "");
    EXPECT_THAT(serial, HasSubstr(absl::StrCat(start, protocols)));
  }
  EXPECT_THAT(serial,
              ContainsRegex("HD\\(1,GPT([^|]*\\|){3}[^|]* SimpleFileSystem "));
  EXPECT_THAT(serial,
              ContainsRegex("HD\\(1,MBR([^|]*\\|){3}[^|]* SimpleFileSystem "));
  // The data disk's bytes, read through BlockIo and DiskIo.
  const std::string data = ReadFile(Image("uefi/data.img")).substr(0, 4096);
  const std::string checksum = absl::StrFormat(" | %08x", CrcOf(data));
  EXPECT_THAT(serial, HasSubstr(checksum));
  for (const std::string_view start : kListedKinds) {
    const size_t line = serial.find(start);
    ASSERT_NE(line, serial.npos) << start << "\n" << serial;
    const size_t end = serial.find("disk ", line + start.size());
    EXPECT_THAT(serial.substr(line, end - line), HasSubstr(checksum));
  }
}

/// A test's own copy of a disk, gone with it.
class ScratchDisk {
 public:
  explicit ScratchDisk(std::string_view name)
      : path_(absl::StrCat(std::getenv("TEST_TMPDIR"), "/", name)) {
    std::filesystem::copy_file(
        Image(absl::StrCat("uefi/", name)),
        path_,
        std::filesystem::copy_options::overwrite_existing);
    std::filesystem::permissions(path_,
                                 std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::add);
  }
  ScratchDisk(const ScratchDisk&) = delete;
  ScratchDisk& operator=(const ScratchDisk&) = delete;
  ~ScratchDisk() { std::filesystem::remove(path_); }

  const std::string& path() const { return path_; }

  /// A file of the first partition, as mtools reads it.
  std::string Read(std::string_view file) const {
    return RunTool("mcopy",
                   absl::StrCat("-n -i ", path_, "@@1M '::/", file, "' -"))
        .output;
  }

  /// What fsck.fat finds wrong with the first partition, of that size, or
  /// nothing.
  std::string Check(size_t size_mib) const {
    std::ifstream disk(path_, std::ios::binary);
    disk.seekg(kMib);
    std::string bytes(size_mib * kMib, '\0');
    disk.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    const std::string partition = absl::StrCat(path_, ".fat");
    std::ofstream(partition, std::ios::binary) << bytes;
    const Outcome check = RunTool("fsck.fat", absl::StrCat("-n ", partition));
    std::filesystem::remove(partition);
    return check.status == 0 ? "" : check.output;
  }

 private:
  std::string path_;
};

std::string Pattern() {
  std::string bytes(efi_testing::kWrittenFileSize, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = efi_testing::PatternAt(i);
  }
  return bytes;
}

/// What Linux says of a file: its checksum and path.
std::string FileLine(std::string_view path, const std::string& contents) {
  const std::string copy =
      absl::StrCat(std::getenv("TEST_TMPDIR"), "/contents");
  std::ofstream(copy, std::ios::binary) << contents;
  const std::string sum = RunTool("md5sum", absl::StrCat("< ", copy)).output;
  return absl::StrCat(sum.substr(0, 32), "  /esp/", path);
}

TEST_F(Applications, WriteWhatLinuxReads) {
  const ScratchDisk disk("written.img");
  ASSERT_OK_AND_ASSIGN(
      const GuestReport guest,
      Boot(MachineWith({.image = disk.path(), .keeps_writes = true}, 512)));

  for (const std::string_view step : {"make a directory",
                                      "write a file",
                                      "read it back",
                                      "change in place and append",
                                      "delete",
                                      "rename",
                                      "shrink"}) {
    EXPECT_THAT(machine().serial(), HasSubstr(absl::StrCat(step, ": 0x0\n")));
  }
  const std::string notes = "012ab56789end";
  constexpr std::string_view kPattern =
      "written/A long name of a written file.bin";
  EXPECT_TRUE(disk.Read(kPattern) == Pattern());
  EXPECT_EQ(disk.Read("notes.txt"), notes);
  EXPECT_EQ(disk.Read("shrink.me").size(), efi_testing::kShrunkFileSize);
  EXPECT_THAT(guest.files,
              AllOf(Contains(FileLine(kPattern, Pattern())),
                    Contains(FileLine("notes.txt", notes)),
                    Contains(HasSubstr("/esp/A file with a new name.txt")),
                    Not(Contains(HasSubstr("rename.me"))),
                    Not(Contains(HasSubstr("delete.me")))));
  EXPECT_EQ(disk.Check(kWrittenDiskMib), "");
}

TEST_F(Applications, IncludeIpxe) {
  ASSERT_OK(Start(MachineWith(Uefi("ipxe.img"))).status());
  ASSERT_OK(machine().ExpectText("Ctrl-B"));

  ASSERT_OK(machine().Send("\x02"));
  ASSERT_OK(machine().ExpectText("iPXE>"));
  ASSERT_OK(machine().Send("echo On ${buildarch} ${platform}\r"));
  EXPECT_OK(machine().ExpectText("On x86_64 efi"));
}

struct Mistake {
  std::string application;
  std::string said_before;
  /// Of the report; it names the image and a place in it.
  std::string exception;
};

void PrintTo(const Mistake& mistake, std::ostream* out) {
  *out << mistake.application;
}

class Mistakes : public BootTest,
                 public ::testing::WithParamInterface<Mistake> {};

TEST_P(Mistakes, AreReported) {
  if (FirmwareUnderTest() != Firmware::kFlint) {
    GTEST_SKIP() << "other firmware has reports of its own";
  }
  ASSERT_OK(Start(MachineWith(Uefi(GetParam().application + ".img"))).status());

  ASSERT_OK(machine().ExpectText(GetParam().said_before));
  EXPECT_OK(machine().ExpectLine(GetParam().exception).status());
  EXPECT_OK(machine().ExpectLine("BOOTX64.EFI \\+ 0x[0-9a-f]+").status());
  EXPECT_OK(machine().ExpectLine("^called from:").status());
  // As flint.on_failure says.
  EXPECT_OK(machine().ExpectExit().status());
}

INSTANTIATE_TEST_SUITE_P(
    Applications,
    Mistakes,
    ::testing::Values(
        Mistake{"divide_by_zero",
                "Dividing by zero",
                "exception 0 \\(divide error\\) at [0-9a-f]+"},
        Mistake{"jump_to_zero",
                "Jumping to 0",
                "execution at 0: page is not mapped \\(null pointer\\)"},
        Mistake{"overflow_stack",
                "Overflowing the stack",
                "write to [0-9a-f]+: page is not mapped \\(stack overflow"}),
    [](const auto& test) { return test.param.application; });

TEST_F(Applications, AreStoppedByTheirWatchdog) {
  ASSERT_OK(Start(MachineWith(Uefi("never_return.img"))).status());

  ASSERT_OK(machine().ExpectText("Never returning"));
  if (FirmwareUnderTest() == Firmware::kFlint) {
    EXPECT_OK(machine().ExpectText("the watchdog expired after 2 s"));
    EXPECT_OK(
        machine().ExpectText("the program says: hangs as it should?[2J??"));
  }
  // A reset, which ends the machine.
  EXPECT_OK(machine().ExpectExit().status());
}

}  // namespace
}  // namespace flint::boot_test
