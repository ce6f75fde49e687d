// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "testing/qemu/machine.h"

namespace flint::boot_test {

/// What UEFI applications and boot loaders are tried on: ours, or OVMF, which
/// shows that the tests and their disks are right.
enum class Firmware { kFlint, kOvmf };

/// What this run of the test is for: Flint, unless the test's environment
/// says FLINT_TEST_FIRMWARE=ovmf.
Firmware FirmwareUnderTest();

/// `machine` with that firmware. When nothing is left to boot, Flint powers it
/// off. `settings` are for Flint: kDefaultApplication.
qemu::Machine On(Firmware firmware,
                 qemu::Machine machine,
                 std::string_view settings = "");

/// The same, with Flint started by the processor, not by other firmware.
qemu::Machine OnRom(Firmware firmware, qemu::Machine machine);

/// Has Flint start the boot loader of a disk, not the entries of that loader.
inline constexpr std::string_view kDefaultApplication =
    "flint.boot=BOOTX64.EFI";

}  // namespace flint::boot_test
