// SPDX-License-Identifier: Apache-2.0
//
// Intel 440FX with the south bridges PIIX3 and PIIX4, as QEMU's machine "pc"
// has them.
#include "drivers/chipset/model.h"

namespace flint::chipset {
namespace {

constexpr pci::Address kHostBridge{0, 0, 0, 0};
constexpr pci::Address kIsaBridge{0, 0, 1, 0};
constexpr pci::Address kIde{0, 0, 1, 1};
constexpr pci::Address kPower{0, 0, 1, 3};

constexpr uint32_t kIsaBridges[] = {0x7000'8086,   // PIIX3
                                    0x7110'8086};  // PIIX4

constexpr ConfigWrite kSetUp[] = {
    // PAM: reads and writes of 0xF0000-0xFFFFF, and of each 16 KiB from 0xC0000
    // on, go to RAM. [440fx 3.2.18]
    {kHostBridge, 0x59, 8, 0x30},
    {kHostBridge, 0x5A, 16, 0x3333},
    {kHostBridge, 0x5C, 32, 0x3333'3333},
    // PIRQRC[A:D]: to lines 10 and 11. [piix3 2.2.8]
    {kIsaBridge, 0x60, 32, 0x0B0B'0A0A},
    // IDETIM: both channels are enabled. [piix3 2.3.9]
    {kIde, 0x40, 32, 0x8000'8000},
    // The system control interrupt is line 9.
    {kPower, 0x3C, 8, 9},
    // PMBA, PMREGMISC: ACPI's registers at 0x600. SMBBA, SMBHSTCFG: those of
    // the SMBus at 0x700. [piix4 7.1, 7.2]
    {kPower, 0x40, 32, 0x601},
    {kPower, 0x80, 8, 0x01},
    {kPower, 0x90, 32, 0x701},
    {kPower, 0xD2, 8, 0x09},
};

}  // namespace

constinit const Model kI440fx{.host_bridge = 0x1237'8086,
                              .south_bridges = kIsaBridges,
                              .south_bridge_address = kIsaBridge,
                              .set_up = kSetUp,
                              .configuration_window = {},
                              .reserved = {},
                              .first_unrotated_device = 32,
                              // The first slot is that of the ISA bridge.
                              .rotation_offset = 3};

}  // namespace flint::chipset
