// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "drivers/chipset/chipset.h"
#include "drivers/pci/pci_config.h"

namespace flint::chipset {

/// A register of a function that a reset clears, and what it has to hold.
struct ConfigWrite {
  pci::Address address;
  uint16_t offset;
  uint8_t width_bits;
  uint32_t value;
};

/// What is different between chipsets.
struct Model {
  /// Device id in the upper half, vendor in the lower.
  uint32_t host_bridge;
  std::span<const uint32_t> south_bridges;
  pci::Address south_bridge_address;
  std::span<const ConfigWrite> set_up;
  /// Of size 0 if there is none.
  AddressRange configuration_window;
  std::span<const AddressRange> reserved;
  /// Which of the four interrupts a pin is rotates with the device's number,
  /// up to this device.
  uint8_t first_unrotated_device;
  uint8_t rotation_offset;
};

extern const Model kI440fx;
extern const Model kQ35;

inline constexpr std::array<const Model*, 2> kModels{&kQ35, &kI440fx};

}  // namespace flint::chipset
