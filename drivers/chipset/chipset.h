// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "drivers/io/register_io.h"
#include "drivers/pci/pci_config.h"
#include "platforms/base/result.h"

namespace flint::chipset {

/// Part of the physical address space.
struct AddressRange {
  uint64_t address;
  uint64_t size_bytes;
};

struct Model;

/// The chipset of a PC as a reset leaves it: host bridge (RAM's shadows, memory
/// mapped PCI configuration) and south bridge (interrupts, power management).
///
/// Two are known, those that QEMU has: i440FX with PIIX3/PIIX4, Q35 with ICH9.
class Chipset final {
 public:
  /// Looks at what is on the first bus. kNotFound if it is no chipset whose
  /// registers wait for firmware to set them: a VMM that shows an i440FX alone
  /// (crosvm) has set everything up.
  static Result<Chipset> Find(pci::PciConfig& config);

  /// Gives the machine what a PC has before an operating system starts: RAM at
  /// 0xC0000-0xFFFFF, ACPI's registers at port 0x600, PCI interrupts on lines
  /// 10 and 11, IDE channels that answer, memory mapped configuration.
  ///
  /// `config` must be by ports, which are `ports`.
  void Start(pci::PciConfig& config, io::RegisterIo& ports) const;

  /// Where PCI configuration space is mapped once started, if it is.
  std::optional<AddressRange> configuration_window() const;

  /// Registers of its own that no memory map mentions.
  std::span<const AddressRange> reserved() const;

  /// Where memory of PCI devices begins, the end of RAM below 4 GiB being
  /// `ram_end`: as low as it can be, and aligned so that few MTRRs describe it.
  uint64_t DeviceMemoryStart(uint64_t ram_end) const;

  /// Where it ends: interrupt controllers follow.
  static constexpr uint64_t kDeviceMemoryEnd = 0xFEC0'0000;

  /// The interrupt line of pin 1 (INTA#) to 4 of a slot of the first bus.
  uint8_t InterruptLine(uint8_t device, uint8_t pin) const;

 private:
  explicit Chipset(const Model& model) : model_(&model) {}

  const Model* model_;
};

}  // namespace flint::chipset
