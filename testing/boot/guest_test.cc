// SPDX-License-Identifier: Apache-2.0
//
// The guest under test without the firmware under test: QEMU puts its kernel
// into memory. If this fails, look here first.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/runfiles.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(BootTest, GuestReportsWithoutTheFirmware) {
  ASSERT_OK_AND_ASSIGN(
      const GuestReport guest,
      Boot(qemu::Machine::Q35()
               .WithMemoryMib(1024)
               .WithKernel(qemu::Runfile("../debian_linux_cloud/vmlinuz"))
               .WithInitrd(Image("guest_initrd.cpio"))
               .WithCommandLine(
                   "console=ttyS0 quiet no_timer_check cryptomgr.notests")
               .WithDisk({.image = Image("fat16.img")})));

  EXPECT_EQ(guest.command_line,
            "console=ttyS0 quiet no_timer_check cryptomgr.notests");
  EXPECT_OK(
      CheckMemory(guest.memory, {.low_end = 1 << 30, .ecam = 0xb0000000}));
  EXPECT_THAT(guest.disks, ElementsAre("vda 512 EFI PART"));
  EXPECT_THAT(guest.overlay, IsEmpty());
}

}  // namespace
}  // namespace flint::boot_test
