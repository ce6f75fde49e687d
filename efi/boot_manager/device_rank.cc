// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_manager/device_rank.h"

#include <array>
#include <cstddef>
#include <span>

#include "efi/abi/protocol/device_path.h"

namespace flint::efi {

std::optional<uint32_t> IndexOf(const boot_plan::DeviceOrder& order,
                                const DevicePath& path) {
  auto node = path.begin();
  if (node == path.end()) return std::nullopt;
  // A PCI root's UID is the number of its first bus.
  const auto root = (*node).As<abi::ACPI_HID_DEVICE_PATH>();
  if (!(*node).Is(abi::ACPI_DEVICE_PATH, abi::ACPI_DP) || !root) {
    return std::nullopt;
  }
  std::array<boot_plan::PciSlot, boot_plan::BootDevice::kMaxSlots> slots{};
  size_t count = 0;
  for (++node; node != path.end(); ++node) {
    const auto pci = (*node).As<abi::PCI_DEVICE_PATH>();
    if (!(*node).Is(abi::HARDWARE_DEVICE_PATH, abi::HW_PCI_DP) || !pci) break;
    if (count == slots.size()) return std::nullopt;
    slots[count++] = {.device = pci->Device, .function = pci->Function};
  }
  return order.IndexOf(root->UID, std::span(slots).first(count));
}

}  // namespace flint::efi
