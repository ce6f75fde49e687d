// SPDX-License-Identifier: Apache-2.0
//
// The firmware behind a reset vector: nobody has set the machine up before it.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/runfiles.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Machine;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Not;
using ::testing::SizeIs;

constexpr size_t kMostLines = 3;

Machine WithRom(Machine machine) {
  return machine.WithArguments({"-bios", qemu::Runfile("firmware_rom.bin")});
}

/// What Linux says of a machine whose firmware did not do its part. Memory
/// types are not among it: QEMU's emulated processors forget theirs when they
/// are started again, whatever firmware gave them.
std::vector<std::string> Complaints(const std::vector<std::string>& messages) {
  constexpr std::array<std::string_view, 9> kWords{"[Firmware Bug]",
                                                   "[Firmware Warn]",
                                                   "ACPI Error",
                                                   "ACPI BIOS Error",
                                                   "ACPI BIOS Warning",
                                                   "can't claim",
                                                   "failed to assign",
                                                   "no space for",
                                                   "conflict"};
  std::vector<std::string> complaints;
  for (const std::string& message : messages) {
    for (const std::string_view word : kWords) {
      if (absl::StrContains(message, word)) complaints.push_back(message);
    }
  }
  return complaints;
}

class Rom : public BootTest {};

/// Four processors, three root ports and a device of 8 GiB among twenty.
Machine LargeQ35() {
  Machine machine =
      WithRom(Machine::Q35())
          .WithMemoryMib(6144)
          .WithDisk({.image = Image("uefi/unified.img"), .behind_bridge = true})
          .WithArguments({"-smp",
                          "4",
                          "-device",
                          "pcie-root-port,chassis=8,id=empty",
                          "-device",
                          "pcie-root-port,chassis=9,id=full",
                          "-device",
                          "virtio-rng-pci,bus=full",
                          "-device",
                          "qemu-xhci",
                          // A window of 8 GiB, and one below 4 GiB.
                          "-device",
                          "ivshmem-plain,memdev=shared",
                          "-object",
                          "memory-backend-ram,id=shared,size=8G,reserve=off"});
  for (int i = 0; i < 11; ++i) {
    machine.WithArguments({"-device", "virtio-rng-pci"});
  }
  return machine;
}

TEST_F(Rom, SetsUpAQ35) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest, Boot(LargeQ35()));

  EXPECT_EQ(guest.efi, "64");
  EXPECT_THAT(guest.disks, ElementsAre("vda 512 EFI PART"));
  // The disk's configuration, and its queues'.
  EXPECT_GE(guest.message_interrupts, 2);
  EXPECT_THAT(Complaints(guest.kernel_messages), IsEmpty());
  EXPECT_THAT(guest.kernel_messages,
              Contains(HasSubstr("Brought up 1 node, 4 CPUs")));
  // Linux moved none.
  EXPECT_THAT(
      guest.kernel_messages,
      AllOf(Contains(ContainsRegex("BAR 2 .mem 0x200000000-0x3ffffffff 64bit")),
            Not(Contains(ContainsRegex("BAR .*: assigned")))));
  EXPECT_THAT(guest.kernel_messages, Contains(HasSubstr("SMBIOS 2.8 present")));
  EXPECT_THAT(FirmwareLines(this->machine().serial()), SizeIs(Le(kMostLines)));
}

// With a second root bus, to which no bridge of the first leads.
TEST_F(Rom, SetsUpAPc) {
  ASSERT_OK_AND_ASSIGN(
      const GuestReport guest,
      Boot(WithRom(Machine::Pc())
               .WithArguments({"-device", "pxb,id=far,bus_nr=64"})
               .WithDisk({.image = Image("messages.img"),
                          .properties = "bus=far,addr=3"})));

  EXPECT_THAT(guest.disks, ElementsAre("vda 512 EFI PART"));
  EXPECT_OK(CheckMemory(guest.memory, {.low_end = 256 << 20}));
  EXPECT_THAT(Complaints(guest.kernel_messages), IsEmpty());
  EXPECT_THAT(machine().serial(), HasSubstr("virtio-blk at pci 0000:41:03.0"));
}

// Unit 0 takes the place of -bios.
TEST_F(Rom, StartsUefiProgramsFromFlash) {
  ASSERT_OK_AND_ASSIGN(
      const GuestReport guest,
      Boot(Machine::Q35()
               .WithMemoryMib(512)
               .WithDisk({.image = Image("uefi/unified.img")})
               .WithArguments({"-drive",
                               "if=pflash,unit=0,format=raw,readonly=on,file=" +
                                   qemu::Runfile("firmware_rom.bin")})));

  EXPECT_THAT(guest.command_line, EndsWith("flint.test=unified"));
  EXPECT_EQ(guest.efi, "64");
}

// Without ACPI, with which Linux finds no clock on an emulated microvm, whoever
// starts it; and so it cannot switch the machine off.
TEST_F(Rom, BootsTheVmmsKernelOnAMicrovm) {
  ASSERT_OK_AND_ASSIGN(
      qemu::Qemu* const vm,
      Start(WithRom(Machine::Microvm("acpi=off"))
                .WithKernel(qemu::Runfile("../debian_linux_cloud/vmlinuz"))
                .WithInitrd(Image("guest_initrd.cpio"))
                .WithCommandLine("console=ttyS0 quiet no_timer_check "
                                 "cryptomgr.notests flint.test=vmm")));

  EXPECT_OK(vm->ExpectText("flint: booting the VMM's kernel"));
  EXPECT_OK(
      vm->ExpectText("FLINT-GUEST cmdline: console=ttyS0 quiet "
                     "no_timer_check cryptomgr.notests flint.test=vmm"));
  EXPECT_OK(vm->ExpectText("FLINT-GUEST ready"));
}

}  // namespace
}  // namespace flint::boot_test
