// SPDX-License-Identifier: Apache-2.0
//
// Intel Q35 with the south bridge ICH9, as QEMU's machine "q35" has them.
#include "drivers/chipset/model.h"

namespace flint::chipset {
namespace {

constexpr pci::Address kHostBridge{0, 0, 0, 0};
constexpr pci::Address kLpcBridge{0, 0, 31, 0};
constexpr pci::Address kSmbus{0, 0, 31, 3};

constexpr uint32_t kLpcBridges[] = {0x2918'8086};

/// Below the memory of PCI devices. RAM ends before it.
constexpr AddressRange kConfiguration{.address = 0xB000'0000,
                                      .size_bytes = 0x1000'0000};

constexpr AddressRange kReserved[] = {
    // The root complex's registers.
    {.address = 0xFED1'C000, .size_bytes = 0x4000},
};

constexpr ConfigWrite kSetUp[] = {
    // PAM0-PAM6: as the 440FX's. [q35 5.1.20]
    {kHostBridge, 0x90, 32, 0x3333'3330},
    {kHostBridge, 0x94, 16, 0x3333},
    {kHostBridge, 0x96, 8, 0x33},
    // PCIEXBAR: 256 buses, enabled. [q35 5.1.16]
    {kHostBridge, 0x64, 32, 0},
    {kHostBridge, 0x60, 32, 0xB000'0001},
    // PMBASE, ACPI_CNTL: ACPI's registers at 0x600, the system control
    // interrupt on line 9. [ich9 13.1.13, 13.1.14]
    {kLpcBridge, 0x40, 32, 0x601},
    {kLpcBridge, 0x44, 8, 0x80},
    // PIRQ[A:D]_ROUT, PIRQ[E:H]_ROUT: to lines 10 and 11. [ich9 13.1.17]
    {kLpcBridge, 0x60, 32, 0x0B0B'0A0A},
    {kLpcBridge, 0x68, 32, 0x0B0B'0A0A},
    // RCBA. [ich9 13.1.35]
    {kLpcBridge, 0xF0, 32, 0xFED1'C001},
    // HOSTC: the SMBus is enabled. [ich9 19.1.15]
    {kSmbus, 0x40, 8, 0x01},
};

}  // namespace

constinit const Model kQ35{.host_bridge = 0x29C0'8086,
                           .south_bridges = kLpcBridges,
                           .south_bridge_address = kLpcBridge,
                           .set_up = kSetUp,
                           .configuration_window = kConfiguration,
                           .reserved = kReserved,
                           // Integrated devices have their own.
                           .first_unrotated_device = 25,
                           .rotation_offset = 0};

}  // namespace flint::chipset
