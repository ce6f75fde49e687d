// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/reset_services.h"

#include <optional>

#include "drivers/acpi/fadt.h"
#include "drivers/acpi/generic_address.h"
#include "drivers/acpi/sleep_type.h"
#include "drivers/power/power.h"
#include "efi/runtime/counter_clock.h"

namespace flint::efi {
namespace {

std::optional<acpi::GenericAddress> ToAcpi(const RuntimeRegister& reg) {
  switch (reg.space) {
    case RuntimeSpace::kPort:
      return acpi::GenericAddress{acpi::AddressSpace::kSystemIo, reg.address};
    case RuntimeSpace::kMemory:
      return acpi::GenericAddress{acpi::AddressSpace::kSystemMemory,
                                  reg.address};
    case RuntimeSpace::kAbsent:
      break;
  }
  return std::nullopt;
}

acpi::Fadt ToFadt(const RuntimePower& power) {
  acpi::Fadt fadt;
  fadt.hardware_reduced = power.hardware_reduced != 0;
  fadt.reset_value = power.reset_value;
  fadt.reset_register = ToAcpi(power.reset);
  fadt.pm1a_control = ToAcpi(power.pm1a_control);
  fadt.pm1b_control = ToAcpi(power.pm1b_control);
  fadt.sleep_control = ToAcpi(power.sleep_control);
  return fadt;
}

std::optional<acpi::SleepType> SoftOff(const RuntimePower& power) {
  if (power.has_soft_off == 0) return std::nullopt;
  return acpi::SleepType{.pm1a = power.soft_off_a, .pm1b = power.soft_off_b};
}

}  // namespace

void ResetSystem(RuntimeHandoff& handoff,
                 RuntimeMachine& machine,
                 abi::EFI_RESET_TYPE type,
                 abi::EFI_STATUS status,
                 abi::UINTN data_size,
                 abi::VOID* data) {
  if (handoff.hooks.on_reset != nullptr) {
    handoff.hooks.on_reset(
        handoff.hooks.context, type, status, data_size, data);
  }
  CounterClock clock(machine.cpu, handoff.clock.counter_hz);
  power::Power power(machine.ports, clock, machine.processor);
  if (handoff.power.has_acpi != 0) {
    power.UseAcpi(
        ToFadt(handoff.power), SoftOff(handoff.power), machine.devices);
  }
  if (type == abi::EfiResetShutdown) {
    power.PowerOff();
  } else {
    power.Reset();
  }
}

}  // namespace flint::efi
