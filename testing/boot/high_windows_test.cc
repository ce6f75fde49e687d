// SPDX-License-Identifier: Apache-2.0
//
// A device whose window fits nowhere below 4 GiB has SeaBIOS put all 64-bit
// windows above it: the disk's registers, too.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Json;
using qemu::Machine;
using ::testing::Ge;

constexpr int64_t kGib = int64_t{1} << 30;
constexpr int64_t kVirtioVendor = 0x1af4;
/// The modern registers of a virtio device of QEMU.
constexpr int64_t kModernBar = 4;
constexpr int64_t kBlockClass = 0x0100;

/// The address of the disk's modern registers, on this bus or behind it.
std::optional<int64_t> FindDiskRegisters(const Json& devices) {
  for (const Json& device : devices.array()) {
    if (const auto found = FindDiskRegisters(device["pci_bridge"]["devices"])) {
      return found;
    }
    if (device["id"]["vendor"].integer() != kVirtioVendor ||
        device["class_info"]["class"].integer() != kBlockClass) {
      continue;
    }
    for (const Json& region : device["regions"].array()) {
      if (region["bar"].integer() == kModernBar) {
        return region["address"].integer();
      }
    }
  }
  return std::nullopt;
}

class HighWindows : public BootTest {
 protected:
  /// Boots Debian on 6 GiB with the disk's registers at `lowest` or above.
  void BootDebian(Machine machine,
                  const std::string& large_device,
                  bool behind_bridge,
                  int64_t lowest) {
    ASSERT_OK_AND_ASSIGN(qemu::Qemu* const vm,
                         Start(WithFirmware(std::move(machine))
                                   .WithMemoryMib(6144)
                                   .WithDisk({.image = Image("fat16.img"),
                                              .behind_bridge = behind_bridge})
                                   .WithArguments({"-device", large_device})));
    // SeaBIOS is done when the firmware speaks.
    ASSERT_OK(vm->ExpectText("flint: "));
    ASSERT_OK_AND_ASSIGN(const Json buses, vm->Execute("query-pci"));
    ASSERT_FALSE(buses.array().empty());
    const auto registers = FindDiskRegisters(buses.array()[0]["devices"]);
    ASSERT_TRUE(registers.has_value());
    ASSERT_THAT(*registers, Ge(lowest));

    EXPECT_OK(vm->ExpectText("FLINT-GUEST disk: vda 512 EFI PART"));
    EXPECT_OK(vm->ExpectText("FLINT-GUEST ready"));
    EXPECT_OK(vm->ExpectExit());
  }
};

TEST_F(HighWindows, OnQ35) {
  BootDebian(Machine::Q35(), "pci-testdev,membar=4G", false, 4 * kGib);
}

TEST_F(HighWindows, OnQ35BehindARootPort) {
  BootDebian(Machine::Q35(), "pci-testdev,membar=4G", true, 4 * kGib);
}

TEST_F(HighWindows, OnPc) {
  BootDebian(Machine::Pc(), "pci-testdev,membar=4G", false, 4 * kGib);
}

// The highest level of the page tables gets a second entry.
TEST_F(HighWindows, From512Gibibytes) {
  BootDebian(Machine::Q35(), "pci-testdev,membar=256G", false, 512 * kGib);
}

}  // namespace
}  // namespace flint::boot_test
