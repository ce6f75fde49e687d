// SPDX-License-Identifier: Apache-2.0
//
// What the runtime program is told of ACPI's ways to end the machine.
#include <optional>

#include "drivers/acpi/fadt.h"
#include "drivers/acpi/sleep_type.h"
#include "efi/runtime/loader.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

TEST(RuntimePowerSettings, AreWhatAcpiSays) {
  acpi::Fadt fadt;
  fadt.hardware_reduced = true;
  fadt.reset_value = 0x42;
  fadt.reset_register = {acpi::AddressSpace::kSystemMemory, 0xFEA0'0202};
  fadt.sleep_control = {acpi::AddressSpace::kSystemIo, 0x600};

  const RuntimePower power =
      ToRuntimePower(fadt, acpi::SleepType{.pm1a = 5, .pm1b = 6});

  EXPECT_EQ(power.has_acpi, 1);
  EXPECT_EQ(power.hardware_reduced, 1);
  EXPECT_EQ(power.reset_value, 0x42);
  EXPECT_EQ(power.reset.space, RuntimeSpace::kMemory);
  EXPECT_EQ(power.reset.address, 0xFEA0'0202u);
  EXPECT_EQ(power.sleep_control.space, RuntimeSpace::kPort);
  EXPECT_EQ(power.pm1a_control.space, RuntimeSpace::kAbsent);
  EXPECT_EQ(power.has_soft_off, 1);
  EXPECT_EQ(power.soft_off_a, 5);
  EXPECT_EQ(power.soft_off_b, 6);
  EXPECT_EQ(ToRuntimePower(fadt, std::nullopt).has_soft_off, 0);
}

}  // namespace
}  // namespace flint::efi
