// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_manager/device_rank.h"

#include "efi/abi/protocol/device_path.h"

namespace flint::efi {
namespace {

using boot_plan::BootDevice;
using Unit = BootDevice::Unit;

/// Reads the controller that `node` starts with, and moves it behind. False if
/// it is none that the order can name.
bool ReadController(DevicePath::Iterator& node,
                    const DevicePath& path,
                    BootDevice& device) {
  const DeviceNode first = *node;
  ++node;
  if (first.Is(abi::HARDWARE_DEVICE_PATH, abi::HW_VENDOR_DP)) {
    const auto mmio = first.As<abi::VIRTIO_TRANSPORT_DEVICE_PATH>();
    if (!mmio || mmio->Vendor.Guid != abi::VIRTIO_MMIO_TRANSPORT_GUID) {
      return false;
    }
    device.mmio_address = mmio->PhysBase;
    return true;
  }
  // A PCI root's UID is the number of its first bus.
  const auto root = first.As<abi::ACPI_HID_DEVICE_PATH>();
  if (!first.Is(abi::ACPI_DEVICE_PATH, abi::ACPI_DP) || !root) return false;
  device.root_bus = root->UID;
  for (; node != path.end(); ++node) {
    const auto pci = (*node).As<abi::PCI_DEVICE_PATH>();
    if (!(*node).Is(abi::HARDWARE_DEVICE_PATH, abi::HW_PCI_DP) || !pci) break;
    if (device.slot_count == BootDevice::kMaxSlots) return false;
    device.slots[device.slot_count++] = {.device = pci->Device,
                                         .function = pci->Function};
  }
  return true;
}

/// Which of a controller's disks a node is, if it says so.
void ReadUnit(const DeviceNode& node, BootDevice& device) {
  if (node.type() != abi::MESSAGING_DEVICE_PATH) return;
  const auto sata = node.As<abi::SATA_DEVICE_PATH>();
  const auto nvme = node.As<abi::NVME_NAMESPACE_DEVICE_PATH>();
  const auto scsi = node.As<abi::SCSI_DEVICE_PATH>();
  if (node.subtype() == abi::MSG_SATA_DP && sata) {
    device.unit = Unit::kAtaDisk;
    device.unit_address = {sata->HBAPortNumber, 0};
  } else if (node.subtype() == abi::MSG_NVME_NAMESPACE_DP && nvme) {
    device.unit = Unit::kNamespace;
    device.unit_address = {nvme->NamespaceId, 0};
  } else if (node.subtype() == abi::MSG_SCSI_DP && scsi) {
    device.unit = Unit::kDisk;
    device.unit_address = {scsi->Pun, scsi->Lun};
  }
}

}  // namespace

std::optional<uint32_t> IndexOf(const boot_plan::DeviceOrder& order,
                                const DevicePath& path) {
  auto node = path.begin();
  BootDevice device;
  if (node == path.end() || !ReadController(node, path, device)) {
    return std::nullopt;
  }
  if (node != path.end()) ReadUnit(*node, device);
  return order.IndexOf(device);
}

}  // namespace flint::efi
