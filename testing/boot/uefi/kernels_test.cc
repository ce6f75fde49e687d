// SPDX-License-Identifier: Apache-2.0
//
// Kernels as UEFI applications, and systemd-boot: each way to userspace, with
// the command line and the initrd that it should have.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/boot/uefi/firmware.h"
#include "testing/boot/uefi/kernel_messages.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Machine;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr uint64_t kMib = 1 << 20;
constexpr uint64_t kGib = uint64_t{1} << 30;
constexpr std::string_view kDown = "\x1b[B";
constexpr std::string_view kEnter = "\r";

Machine MachineWith(std::string_view disk,
                    int memory_mib = 512,
                    std::string_view settings = "") {
  return On(FirmwareUnderTest(),
            Machine::Q35()
                .WithMemoryMib(memory_mib)
                .WithDisk({.image = Image(absl::StrCat("uefi/", disk))}),
            settings);
}

class Stub : public BootTest {};

TEST_F(Stub, LoadsTheInitrdsThatItsOptionsName) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest, Boot(MachineWith("stub.img")));

  EXPECT_THAT(guest.command_line, HasSubstr("flint.test=stub"));
  EXPECT_EQ(guest.overlay, kOverlay);
  EXPECT_EQ(guest.efi, "64");
  EXPECT_THAT(Complaints(guest.kernel_messages), IsEmpty());
  EXPECT_OK(CheckEfiMemoryMap(guest.kernel_messages, 512 * kMib, 0));

  if (FirmwareUnderTest() != Firmware::kFlint) return;
  ASSERT_THAT(guest.boot_times_ns, SizeIs(5));
  EXPECT_GT(guest.boot_times_ns[0], 0u);
  for (size_t i = 1; i < 5; ++i) {
    EXPECT_GT(guest.boot_times_ns[i], guest.boot_times_ns[i - 1]) << i;
  }
}

TEST_F(Stub, GetsAnInitrdByLoadFile2) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       Boot(MachineWith("load_file2.img", 6144)));

  EXPECT_THAT(guest.command_line, HasSubstr("flint.test=load_file2"));
  EXPECT_EQ(guest.efi, "64");
  EXPECT_THAT(Complaints(guest.kernel_messages), IsEmpty());
  EXPECT_OK(CheckEfiMemoryMap(guest.kernel_messages, 2 * kGib, (4 + 4) * kGib));
}

class UnifiedKernelImage : public BootTest {};

TEST_F(UnifiedKernelImage, BootsAsTheDefaultApplicationOfAnNvmeDisk) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       Boot(On(FirmwareUnderTest(),
                               Machine::Q35().WithMemoryMib(512).WithDisk(
                                   {.image = Image("uefi/unified.img"),
                                    .kind = qemu::DiskKind::kNvme}))));

  EXPECT_THAT(guest.command_line, EndsWith("flint.test=unified"));
  EXPECT_EQ(guest.efi, "64");
  EXPECT_THAT(guest.disks, ElementsAre("nvme0n1 512 EFI PART"));
}

// Without ACPI: there Debian's kernel finds a clock, but not the disk.
TEST_F(UnifiedKernelImage, BootsFromVirtioMmio) {
  if (FirmwareUnderTest() != Firmware::kFlint) {
    GTEST_SKIP() << "other firmware needs an image of its own for microvm";
  }
  ASSERT_OK_AND_ASSIGN(
      const GuestReport guest,
      Boot(On(Firmware::kFlint,
              Machine::Microvm("acpi=off")
                  .WithMemoryMib(512)
                  .WithDisk(
                      {.image = Image("uefi/unified.img"), .on_mmio = true}))));

  EXPECT_THAT(guest.command_line, EndsWith("flint.test=unified"));
  EXPECT_EQ(guest.efi, "64");
}

TEST_F(UnifiedKernelImage, BootsAsAnEntryUntilItsTriesAreUsedUp) {
  if (FirmwareUnderTest() != Firmware::kFlint) {
    GTEST_SKIP() << "other firmware leaves \\EFI\\Linux to boot loaders";
  }
  const Machine machine =
      On(Firmware::kFlint,
         Machine::Q35().WithMemoryMib(512).WithDisk(
             {.image = WritableCopy("uefi/unified_entry.img"),
              .keeps_writes = true}));
  ASSERT_OK_AND_ASSIGN(const GuestReport guest, Boot(machine));
  EXPECT_THAT(this->machine().serial(), HasSubstr("booting guest+1.efi"));
  EXPECT_THAT(guest.command_line, EndsWith("flint.test=unified"));
  EXPECT_EQ(guest.efi, "64");

  // Nobody said that it was good, so the other one is better now.
  ASSERT_OK(Start(machine));
  ASSERT_OK(this->machine().ExpectText("booting other+3.conf"));
  ASSERT_OK(this->machine().ExpectText("LoaderEntries = other.conf guest.efi"));
  ASSERT_OK(this->machine().ExpectText(
      "LoaderBootCountPath = \\loader\\entries\\other+2-1.conf"));
}

class SystemdBoot : public BootTest {};

TEST_F(SystemdBoot, BootsItsDefaultEntry) {
  ASSERT_OK_AND_ASSIGN(
      const GuestReport guest,
      Boot(MachineWith("systemd_boot.img", 512, kDefaultApplication)));

  EXPECT_THAT(guest.command_line, EndsWith("flint.test=systemd-boot-first"));
  EXPECT_EQ(guest.overlay, kOverlay);
  EXPECT_EQ(guest.efi, "64");
}

TEST_F(SystemdBoot, BootsAUnifiedKernelImageFromItsMenu) {
  ASSERT_OK(
      Start(MachineWith("systemd_boot_menu.img", 512, kDefaultApplication))
          .status());
  ASSERT_OK(machine().ExpectText("The first entry"));
  ASSERT_OK(machine().ExpectText("The second entry"));
  ASSERT_OK(machine().ExpectText("Unified guest 1"));
  ASSERT_OK(machine().Send(kDown));
  ASSERT_OK(machine().ExpectText("The second entry"));
  ASSERT_OK(machine().Send(kDown));
  ASSERT_OK(machine().ExpectText("Unified guest 1"));
  ASSERT_OK(machine().Send(kEnter));
  ASSERT_OK_AND_ASSIGN(const GuestReport guest, ExpectReport());

  EXPECT_THAT(guest.command_line, EndsWith("flint.test=unified"));
}

class Refind : public BootTest {};

TEST_F(Refind, BootsItsEntry) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       Boot(MachineWith("refind.img")));

  EXPECT_THAT(guest.command_line, HasSubstr("flint.test=refind"));
  EXPECT_EQ(guest.efi, "64");
}

}  // namespace
}  // namespace flint::boot_test
