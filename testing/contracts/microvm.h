// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "testing/contracts/acpi_description.h"
#include "testing/qemu/machine.h"

namespace flint::contracts::microvm {

inline constexpr AcpiRegister kSleepControl = {AcpiRegister::Space::kMemory,
                                               0xFEA00200};
inline constexpr AcpiRegister kSleepStatus = {AcpiRegister::Space::kMemory,
                                              0xFEA00201};
inline constexpr AcpiRegister kReset = {AcpiRegister::Space::kMemory,
                                        0xFEA00202};
inline constexpr uint8_t kResetValue = 0x42;

/// Registers of the first virtio-mmio device: QEMU fills its slots from the
/// last one down.
inline constexpr uint32_t kVirtio = 0xFEB02E00;
inline constexpr uint32_t kVirtioSize = 0x200;
inline constexpr uint32_t kVirtioInterrupt = 47;

/// The machine, of that much memory: no PCI, no VGA, and RAM wherever the ROM
/// is not (from 0xF0000 on).
qemu::Machine Machine(int memory_mebibytes);

/// The terms of a DSDT for this machine: COM1, soft-off, one virtio-mmio
/// device.
std::string Dsdt();

}  // namespace flint::contracts::microvm
