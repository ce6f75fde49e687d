// SPDX-License-Identifier: Apache-2.0
//
// QEMU's microvm: Debian boots from virtio-mmio, whoever says where the devices
// are: ACPI, the VMM's command line, or its device tree.
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Disk;
using qemu::Json;
using qemu::Machine;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Disk OnMmio(std::string_view image) {
  return {.image = Image(image), .on_mmio = true};
}

class Microvm : public BootTest {
 protected:
  /// What the firmware says of the disk it boots from.
  void ExpectBootFrom(std::string_view disk) {
    EXPECT_THAT(
        machine().serial(),
        HasSubstr(absl::StrCat("booting microvm.conf from ", disk, ",")));
  }
};

// The second disk, on a machine with PCI but without what PCs have; of version
// 2, with memory above 4 GiB.
TEST_F(Microvm, BootsWithoutLegacyDevices) {
  ASSERT_OK_AND_ASSIGN(
      const GuestReport guest,
      Boot(
          WithFirmware(Machine::Microvm(
                           "pcie=on,pit=off,pic=off,rtc=off,x-option-roms=off"))
              .WithMemoryMib(4096)
              .WithVirtioMmio2()
              .WithDisk(OnMmio("missing_kernel.img"))
              .WithDisk(OnMmio("microvm.img"))));

  EXPECT_EQ(guest.command_line, kMicrovmCommandLine);
  EXPECT_THAT(guest.disks, ElementsAre("vda 512 EFI PART", "vdb 512 EFI PART"));
  EXPECT_THAT(
      machine().serial(),
      HasSubstr("booting missing.conf from virtio-blk at mmio feb02e00"))
      << "the first disk comes first";
  ExpectBootFrom("virtio-blk at mmio feb02c00");
}

// Where a kernel finds its devices is all that it is told of the VMM's command
// line. Debian's does not look there, but others do.
TEST_F(Microvm, BootsByTheCommandLine) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       Boot(WithFirmware(Machine::Microvm("acpi=off"),
                                         "console=hvc0 flint.log=info")
                                .WithDisk(OnMmio("microvm.img"))));

  EXPECT_EQ(guest.command_line,
            absl::StrCat("virtio_mmio.device=512@0xfeb00e00:12 ",
                         kMicrovmCommandLine));
  ExpectBootFrom("virtio-blk at mmio feb00e00");
}

TEST_F(Microvm, BootsByTheDeviceTree) {
  ASSERT_OK_AND_ASSIGN(
      const GuestReport guest,
      Boot(WithFirmware(Machine::Microvm("acpi=off,auto-kernel-cmdline=off"))
               .WithVirtioMmio2()
               .WithDisk(OnMmio("microvm.img"))));

  EXPECT_EQ(guest.command_line, kMicrovmCommandLine);
  ExpectBootFrom("virtio-blk at mmio feb00e00");
}

class MicrovmWithoutDisk : public BootTest {
 protected:
  void ExpectEnd(std::string_view options,
                 std::string_view settings,
                 std::string_view reason) {
    ASSERT_OK(Start(WithFirmware(Machine::Microvm(options), settings)));
    ASSERT_OK(machine().ExpectLine("the machine has no disk"));
    ASSERT_OK_AND_ASSIGN(const Json event, machine().ExpectEvent("SHUTDOWN"));
    EXPECT_EQ(event["data"]["reason"].text(), reason);
    ASSERT_OK(machine().ExpectExit());
  }
};

TEST_F(MicrovmWithoutDisk, PowersOff) {
  ExpectEnd("", "flint.on_failure=poweroff", "guest-shutdown");
}

TEST_F(MicrovmWithoutDisk, Resets) {
  ExpectEnd("", "flint.on_failure=reset", "guest-reset");
}

TEST_F(MicrovmWithoutDisk, ResetsWithoutAcpi) {
  ExpectEnd("acpi=off", "flint.on_failure=reset", "guest-reset");
}

TEST_F(MicrovmWithoutDisk, SaysIfItCannotBePoweredOff) {
  ASSERT_OK(Start(
      WithFirmware(Machine::Microvm("acpi=off"), "flint.on_failure=poweroff")));

  EXPECT_OK(machine().ExpectLine("this machine cannot be switched off"));
}

}  // namespace
}  // namespace flint::boot_test
