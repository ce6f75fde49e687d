// SPDX-License-Identifier: Apache-2.0
//
// The UEFI Shell runs a script that uses what the firmware has for it.
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/boot/uefi/firmware.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Machine;

class Shell : public BootTest {};

TEST_F(Shell, RunsItsScript) {
  ASSERT_OK(
      Start(On(FirmwareUnderTest(),
               Machine::Q35().WithDisk({.image = Image("uefi/shell.img")})))
          .status());

  ASSERT_OK(machine().ExpectText("seconds to skip "));
  ASSERT_OK(machine().Send("\r"));
  ASSERT_OK(machine().ExpectText("flint-shell: script begins"));
  EXPECT_OK(machine().ExpectText("UEFI Interactive Shell v2"));
  EXPECT_OK(machine().ExpectText("Alias(s):"));
  EXPECT_OK(machine().ExpectText("HD(1,GPT,F11E7000-"));
  EXPECT_OK(machine().ExpectText("0123456789"));
  EXPECT_OK(machine().ExpectText("copy.txt"));
  EXPECT_OK(machine().ExpectText("flint-shell: script ends"));
  EXPECT_OK(machine().ExpectExit().status());
}

}  // namespace
}  // namespace flint::boot_test
