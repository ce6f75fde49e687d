// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "drivers/acpi/fadt.h"
#include "drivers/acpi/generic_address.h"
#include "drivers/acpi/sleep_type.h"
#include "drivers/clock/clock.h"
#include "drivers/io/device_mapper.h"
#include "drivers/io/register_address.h"
#include "drivers/io/register_io.h"

namespace flint::power {

/// What is left when no device ends the machine. Neither returns, but in tests.
class Processor {
 public:
  virtual ~Processor() = default;

  /// Makes the processor give up, which resets a machine.
  virtual void TripleFault() = 0;

  /// Stops for good, using no time of the host.
  virtual void Halt() = 0;
};

/// Resets the machine, or switches it off.
///
/// Does what ACPI says, once told; and beyond that, only what cannot mean
/// anything else on that machine.
class Power final {
 public:
  /// All must outlive the object.
  constexpr Power(io::RegisterIo& ports,
                  clock::Clock& clock,
                  Processor& processor)
      : ports_(ports), clock_(clock), processor_(processor) {}

  /// Takes over what ACPI says. `soft_off` is missing if it does not tell how
  /// to enter S5. A register that cannot be reached is warned of and done
  /// without. `mapper` keeps the windows as long as this object lives.
  void UseAcpi(const acpi::Fadt& fadt,
               const std::optional<acpi::SleepType>& soft_off,
               io::DeviceMapper& mapper);

  /// Resets the machine: by ACPI's register, else the reset control register,
  /// else the keyboard controller, else (without ACPI) Cloud Hypervisor's port,
  /// else by triple fault. Does not return.
  void Reset();

  /// Switches the machine off: by ACPI, or (without ACPI) by QEMU's and Cloud
  /// Hypervisor's ports. If that fails, halts. Does not return.
  void PowerOff();

 private:
  std::optional<io::RegisterAddress> Reach(
      const std::optional<acpi::GenericAddress>& address,
      uint32_t width_bytes,
      const char* name,
      io::DeviceMapper& mapper);
  void EnterSoftOff(const acpi::SleepType& type);
  void WaitForTheEnd();

  io::RegisterIo& ports_;
  clock::Clock& clock_;
  Processor& processor_;
  bool has_acpi_ = false;
  bool hardware_reduced_ = false;
  uint8_t reset_value_ = 0;
  std::optional<acpi::SleepType> soft_off_;
  std::optional<io::RegisterAddress> reset_;
  std::optional<io::RegisterAddress> pm1a_control_;
  std::optional<io::RegisterAddress> pm1b_control_;
  std::optional<io::RegisterAddress> sleep_control_;
};

}  // namespace flint::power
