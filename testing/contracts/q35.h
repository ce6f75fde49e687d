// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "testing/contracts/acpi_description.h"
#include "testing/contracts/launch_script.h"
#include "testing/qemu/machine.h"

namespace flint::contracts::q35 {

/// Where the chip set's ACPI registers are put.
inline constexpr uint16_t kPmBase = 0x680;
inline constexpr AcpiRegister kPmTimer = {AcpiRegister::Space::kPorts,
                                          kPmBase + 8};
/// Sleeps and resets, by a device that ends QEMU. cloud-hypervisor's is there.
inline constexpr AcpiRegister kSleepControl = {AcpiRegister::Space::kPorts,
                                               0x600};
inline constexpr AcpiRegister kSleepStatus = {AcpiRegister::Space::kPorts,
                                              kPmBase + 1};
inline constexpr uint8_t kResetValue = 1;
/// The type of sleep that is off, in the DSDT.
inline constexpr uint32_t kSoftOffType = 5;
/// QEMU's exit status then: an odd number made of what was written.
inline constexpr int kStatusOff = (kSoftOffType << 2 | 1 << 5) << 1 | 1;
inline constexpr int kStatusReset = kResetValue << 1 | 1;

/// The machine, of that much memory.
qemu::Machine Machine(int memory_mebibytes);

/// How QEMU's q35 is made to look: as SeaBIOS does, with other numbers.
struct Platform {
  /// Configuration space, 128 MiB. QEMU knows only bits 26 and 28 and up of
  /// the address.
  std::optional<uint32_t> ecam = {};
  /// Registers of the disk in slot 1, a modern virtio device, 32 KiB. Decoding
  /// stays off.
  std::optional<uint64_t> disk = {};
  /// Memory for a device that has some (ivshmem) in slot 2, decoded.
  std::optional<uint32_t> shared_memory = {};
};

/// Opens all RAM below 1 MiB, which QEMU hides behind ROM and VGA, sets ACPI's
/// ports up, and does what `platform` says.
LaunchScript SetUp(const Platform& platform);

/// Has the disk left in the state of a driver that was interrupted: its one
/// queue in use, at that address. Its registers must be below 4 GiB.
LaunchScript LeaveDiskRunning(uint32_t registers, uint32_t queue);

/// Has the source of random numbers in slot 3, its registers and the queue
/// being at these addresses, fill eight buffers behind the queue.
LaunchScript LeaveRandomSourceRunning(uint32_t registers, uint32_t queue);

/// The terms of a DSDT for this machine: COM1, soft-off, and the bus with
/// these windows.
std::string Dsdt(const std::string& windows);

}  // namespace flint::contracts::q35
