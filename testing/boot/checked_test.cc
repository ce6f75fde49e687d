// SPDX-License-Identifier: Apache-2.0
//
// The firmware with checks of its own behaviour boots what the product boots:
// nothing on the way was undefined. (All tests run on such images with
// --config=guest_checked; these are for every day.)
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/runfiles.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Machine;
using ::testing::HasSubstr;

class Checked : public BootTest {
 protected:
  static Machine MachineWith(std::string_view disk) {
    return Machine::Q35()
        .WithMemoryMib(512)
        .WithKernel(qemu::Runfile("firmware_checked.elf"))
        .WithCommandLine("flint.on_failure=poweroff")
        .WithDisk({.image = Image(disk)});
  }
};

TEST_F(Checked, BootsAnEntryByTheLinuxProtocol) {
  ASSERT_OK_AND_ASSIGN(const GuestReport guest, Boot(MachineWith("fat16.img")));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
  EXPECT_EQ(guest.overlay, kOverlay);
}

TEST_F(Checked, BootsByShimAndGrub) {
  ASSERT_OK(Start(MachineWith("uefi/debian.img")));
  ASSERT_OK(machine().ExpectText("*The guest under test"));
  ASSERT_OK(machine().Send("\r"));
  ASSERT_OK_AND_ASSIGN(const GuestReport guest, ExpectReport());

  EXPECT_THAT(guest.command_line, HasSubstr("flint.test=grub"));
  EXPECT_EQ(guest.efi, "64");
}

}  // namespace
}  // namespace flint::boot_test
