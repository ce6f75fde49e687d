// SPDX-License-Identifier: Apache-2.0
//
// What is booted is what was asked for: by variables, which outlast the
// machine, or by somebody at the menu. A UEFI program plays the operating
// system: see testing/efi/boot_options.cc.
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/machine.h"
#include "testing/qemu/qemu.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Machine;
using ::testing::HasSubstr;
using ::testing::Not;

class BootOptions : public BootTest {
 protected:
  /// Starts a machine with the disk as the last one left it.
  void StartWith(std::string_view settings) {
    ASSERT_OK(Start(WithFirmware(Machine::Q35(), settings)
                        .WithDisk({.image = disk_, .keeps_writes = true})));
  }

  /// The program tells that it is at that step, and what it was told, until it
  /// ends the machine.
  void ExpectStep(std::string_view step) {
    ASSERT_OK(machine().ExpectText(absl::StrCat("step '", step, "'")));
    ASSERT_OK(
        machine().ExpectText(absl::StrCat("step '", step, "' done: 0x0")));
    ASSERT_OK(machine().Send("\r"));
    ASSERT_OK(machine().ExpectExit());
  }

  /// The value of a variable that the program told.
  std::string Told(std::string_view name) {
    const std::string start = absl::StrCat(name, " = ");
    const std::string& serial = machine().serial();
    const size_t at = serial.find(start);
    if (at == serial.npos) return "(none)";
    const size_t from = at + start.size();
    return serial.substr(from, serial.find(" (0x0)", from) - from);
  }

  int ToldNumber(std::string_view name) {
    int number = 0;
    EXPECT_TRUE(absl::SimpleAtoi(Told(name), &number)) << name;
    return number;
  }

 private:
  std::string disk_ = WritableCopy("boot_options.img");
};

TEST_F(BootOptions, OutlastTheMachineAndAreObeyed) {
  StartWith("flint.boot=BOOTX64.EFI");
  ExpectStep("");
  EXPECT_EQ(Told("BootCurrent"), "(none)");
  EXPECT_EQ(Told("LoaderInfo"), "(none)");

  // BootNext, by a file's path alone.
  StartWith("");
  ASSERT_OK(machine().ExpectText("booting Boot0A02: next"));
  ExpectStep("next");
  EXPECT_EQ(Told("BootCurrent"), "a02");
  EXPECT_EQ(Told("BootNext"), "(none)");
  // Nobody asked for it.
  EXPECT_THAT(machine().serial(), Not(HasSubstr("menu")));

  // BootOrder, by a partition's signature.
  StartWith("");
  ASSERT_OK(machine().ExpectText("booting Boot0A01: ordered"));
  ExpectStep("ordered");
  EXPECT_EQ(Told("BootCurrent"), "a01");

  // LoaderEntryOneShot goes before BootOrder.
  StartWith("");
  ASSERT_OK(machine().ExpectText("booting chosen.conf"));
  ExpectStep("chosen");
  EXPECT_EQ(Told("BootCurrent"), "(none)");
  EXPECT_EQ(Told("LoaderInfo"), "Flint 0.1.0");
  EXPECT_EQ(Told("LoaderEntries"), "chosen.conf auto-efi-default");
  EXPECT_EQ(Told("LoaderEntrySelected"), "chosen.conf");
  EXPECT_EQ(Told("LoaderImageIdentifier"), "\\EFI\\BOOT\\BOOTX64.EFI");
  EXPECT_EQ(Told("LoaderDevicePartUUID"),
            "f11e7000-0000-4000-8000-000000000001");
  EXPECT_GT(ToldNumber("LoaderTimeInitUSec"), 0);
  EXPECT_GT(ToldNumber("LoaderTimeExecUSec"), ToldNumber("LoaderTimeInitUSec"));

  // Just once.
  StartWith("");
  ExpectStep("ordered");
}

TEST_F(BootOptions, AreChosenAndEditedInTheMenu) {
  StartWith("flint.timeout=100");

  ASSERT_OK(machine().ExpectText("Flint boot menu"));
  ASSERT_OK(machine().Send("e and more\r"));
  ExpectStep("chosen and more");
  EXPECT_EQ(Told("LoaderEntrySelected"), "chosen.conf");

  StartWith("flint.timeout=100");
  ASSERT_OK(machine().ExpectText("Flint boot menu"));
  ASSERT_OK(machine().Send("\x1b[B\r"));
  ASSERT_OK(machine().ExpectText("booting \\EFI\\BOOT\\BOOTX64.EFI"));
  ExpectStep("");
}

}  // namespace
}  // namespace flint::boot_test
