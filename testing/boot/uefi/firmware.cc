// SPDX-License-Identifier: Apache-2.0
#include "testing/boot/uefi/firmware.h"

#include <cstdlib>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/runfiles.h"

namespace flint::boot_test {

Firmware FirmwareUnderTest() {
  const char* const name = std::getenv("FLINT_TEST_FIRMWARE");
  return name != nullptr && std::string_view(name) == "ovmf" ? Firmware::kOvmf
                                                             : Firmware::kFlint;
}

qemu::Machine On(Firmware firmware,
                 qemu::Machine machine,
                 std::string_view settings) {
  if (firmware == Firmware::kFlint) {
    return WithFirmware(std::move(machine),
                        absl::StrCat("flint.on_failure=poweroff ", settings));
  }
  return machine.WithArguments(
      {"-bios", qemu::Runfile("../debian_ovmf/ovmf.fd")});
}

qemu::Machine OnRom(Firmware firmware, qemu::Machine machine) {
  if (firmware != Firmware::kFlint) return On(firmware, std::move(machine));
  return machine.WithArguments({"-bios", qemu::Runfile("firmware_rom.bin")});
}

}  // namespace flint::boot_test
