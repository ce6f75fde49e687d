// SPDX-License-Identifier: Apache-2.0
#include "drivers/power/power.h"

#include "platforms/base/log.h"

namespace flint::power {
namespace {

using io::Register;
using io::RegisterAddress;

/// The chipset's reset control: a full reset. Elsewhere, the second byte of
/// PCI's address register.
struct ResetControl : Register<uint8_t, 0xCF9> {
  static constexpr Value kFullReset = 0x06;
};

/// The keyboard controller's command: pulse the reset line.
struct KeyboardCommand : Register<uint8_t, 0x64> {
  static constexpr Value kPulseReset = 0xFE;
};

/// Cloud Hypervisor's power register. Elsewhere often the PM1 status, so it is
/// only for machines without ACPI.
struct CloudHypervisorPower : Register<uint8_t, 0x600> {
  static constexpr Value kReset = 0x01;
  static constexpr Value kOff = 0x34;
};

/// Where firmware for QEMU puts the PM1a control register. S5 is type 0.
struct QemuPm1aControl : Register<uint16_t, 0x604> {
  static constexpr Value kOff = 1 << 13;
};

// PM1 control. [acpi-6.5 4.8.3.2.1]
constexpr uint16_t kPm1SleepEnable = 1 << 13;
constexpr uint16_t kPm1SleepTypeMask = 7 << 10;
constexpr int kPm1SleepTypeShift = 10;

// Sleep control. [acpi-6.5 4.8.3.7]
constexpr uint8_t kSleepEnable = 1 << 5;
constexpr int kSleepTypeShift = 2;

// The VMM's main thread ends the machine while ours goes on for a while.
constexpr uint64_t kPatienceNs = 250 * clock::kNanosecondsPerMillisecond;

/// The value that selects a sleep type, the register's other bits kept.
uint16_t Pm1Value(const RegisterAddress& control, uint8_t type) {
  const uint16_t others =
      control.io->Read16(control.offset) &
      static_cast<uint16_t>(~(kPm1SleepEnable | kPm1SleepTypeMask));
  return static_cast<uint16_t>(others | type << kPm1SleepTypeShift);
}

}  // namespace

std::optional<RegisterAddress> Power::Reach(
    const std::optional<acpi::GenericAddress>& address,
    uint32_t width_bytes,
    const char* name,
    io::DeviceMapper& mapper) {
  if (!address) return std::nullopt;
  const Result<RegisterAddress> found =
      acpi::Resolve(*address, width_bytes, ports_, mapper);
  if (found) return *found;
  log::Warning(
      "ACPI {} register at {:x}: {}", name, address->address, found.error());
  return std::nullopt;
}

void Power::UseAcpi(const acpi::Fadt& fadt,
                    const std::optional<acpi::SleepType>& soft_off,
                    io::DeviceMapper& mapper) {
  has_acpi_ = true;
  hardware_reduced_ = fadt.hardware_reduced;
  reset_value_ = fadt.reset_value;
  soft_off_ = soft_off;
  reset_ = Reach(fadt.reset_register, 1, "reset", mapper);
  pm1a_control_ = Reach(fadt.pm1a_control, 2, "PM1a control", mapper);
  pm1b_control_ = Reach(fadt.pm1b_control, 2, "PM1b control", mapper);
  sleep_control_ = Reach(fadt.sleep_control, 1, "sleep control", mapper);
}

void Power::WaitForTheEnd() {
  for (const clock::Deadline deadline(clock_, kPatienceNs);
       !deadline.Passed();) {
  }
}

void Power::Reset() {
  if (reset_) {
    reset_->io->Write8(reset_->offset, reset_value_);
    WaitForTheEnd();
  }
  ports_.Write<ResetControl>(ResetControl::kFullReset);
  WaitForTheEnd();
  ports_.Write<KeyboardCommand>(KeyboardCommand::kPulseReset);
  WaitForTheEnd();
  if (!has_acpi_) {
    ports_.Write<CloudHypervisorPower>(CloudHypervisorPower::kReset);
    WaitForTheEnd();
  }
  processor_.TripleFault();
  processor_.Halt();
}

void Power::EnterSoftOff(const acpi::SleepType& type) {
  if (sleep_control_ && (hardware_reduced_ || !pm1a_control_)) {
    const auto value =
        static_cast<uint8_t>(kSleepEnable | type.pm1a << kSleepTypeShift);
    sleep_control_->io->Write8(sleep_control_->offset, value);
  } else if (pm1a_control_ && !hardware_reduced_) {
    const RegisterAddress& a = *pm1a_control_;
    const uint16_t a_value = Pm1Value(a, type.pm1a);
    const uint16_t b_value =
        pm1b_control_ ? Pm1Value(*pm1b_control_, type.pm1b) : 0;
    // The type first, in both, then the order. [acpi-6.5 4.8.3.2.1]
    a.io->Write16(a.offset, a_value);
    if (pm1b_control_) {
      pm1b_control_->io->Write16(pm1b_control_->offset, b_value);
    }
    a.io->Write16(a.offset, a_value | kPm1SleepEnable);
    if (pm1b_control_) {
      pm1b_control_->io->Write16(pm1b_control_->offset,
                                 b_value | kPm1SleepEnable);
    }
  }
}

void Power::PowerOff() {
  if (has_acpi_) {
    if (soft_off_) EnterSoftOff(*soft_off_);
    WaitForTheEnd();
  } else {
    ports_.Write<QemuPm1aControl>(QemuPm1aControl::kOff);
    WaitForTheEnd();
    ports_.Write<CloudHypervisorPower>(CloudHypervisorPower::kOff);
    WaitForTheEnd();
  }
  log::Error("this machine cannot be switched off; halted");
  processor_.Halt();
}

}  // namespace flint::power
