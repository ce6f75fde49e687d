// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/reset_services.h"

#include <array>
#include <optional>

#include "drivers/acpi/fadt.h"
#include "drivers/acpi/generic_address.h"
#include "drivers/acpi/sleep_type.h"
#include "drivers/clock/clock.h"
#include "drivers/io/device_mapper.h"
#include "drivers/io/mmio.h"
#include "drivers/power/power.h"

namespace flint::efi {
namespace {

/// The processor's counter, as fast as the firmware found it to be.
class CounterClock final : public clock::Clock {
 public:
  CounterClock(io::Cpu& cpu, uint64_t hz) : cpu_(cpu), hz_(hz) {}

  uint64_t NowTicks() override { return cpu_.ReadTimestamp(); }
  uint64_t TicksToNs(uint64_t ticks) override {
    return ticks / hz_ * clock::kNanosecondsPerSecond +
           ticks % hz_ * clock::kNanosecondsPerSecond / hz_;
  }
  void Relax() override { cpu_.Pause(); }

 private:
  io::Cpu& cpu_;
  uint64_t hz_;
};

/// Registers that the operating system has mapped for us.
class MappedRegisters final : public io::DeviceMapper {
 public:
  Result<io::RegisterIo*> Map(uint64_t address, uint64_t size_bytes) override {
    if (count_ == windows_.size()) {
      return Fail(ErrorCode::kNoMemory, "too many registers");
    }
    // SAFETY: an address from the hand-off, mapped before and converted after
    // SetVirtualAddressMap.
    windows_[count_] = io::Mmio(address, size_bytes);
    return &windows_[count_++];
  }

 private:
  std::array<io::Mmio, 4> windows_{
      io::Mmio(0, 0), io::Mmio(0, 0), io::Mmio(0, 0), io::Mmio(0, 0)};
  size_t count_ = 0;
};

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
  MappedRegisters registers;
  power::Power power(machine.ports, clock, machine.processor);
  if (handoff.power.has_acpi != 0) {
    power.UseAcpi(ToFadt(handoff.power), SoftOff(handoff.power), registers);
  }
  if (type == abi::EfiResetShutdown) {
    power.PowerOff();
  } else {
    power.Reset();
  }
}

}  // namespace flint::efi
