// SPDX-License-Identifier: Apache-2.0
//
// An installer's ISO image, to its kernel and initrd.
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/boot/uefi/firmware.h"
#include "testing/qemu/machine.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::DiskKind;
using qemu::Machine;
using ::testing::HasSubstr;

Machine MachineWith(std::string_view image, DiskKind kind) {
  return On(FirmwareUnderTest(),
            Machine::Q35().WithMemoryMib(512).WithDisk(
                {.image = Image(absl::StrCat("uefi/", image)),
                 .kind = kind,
                 .read_only = true}));
}

class Installer : public BootTest {
 protected:
  void ExpectInstaller(const Machine& machine) {
    ASSERT_OK_AND_ASSIGN(const GuestReport guest, Boot(machine));
    EXPECT_THAT(guest.command_line, HasSubstr("flint.test=installer"));
    EXPECT_EQ(guest.overlay, kOverlay);
    EXPECT_EQ(guest.efi, "64");
  }
};

// El Torito is all that says where the boot image is.
TEST_F(Installer, BootsFromACdrom) {
  ExpectInstaller(MachineWith("installer.iso", DiskKind::kSataCdRom));
}

// The GPT and El Torito name the same boot image.
TEST_F(Installer, BootsFromADisk) {
  ExpectInstaller(MachineWith("installer_hybrid.iso", DiskKind::kVirtioBlk));
}

}  // namespace
}  // namespace flint::boot_test
