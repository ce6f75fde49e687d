// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "efi/abi/protocol/device_path.h"
#include "platforms/base/guid.h"

/// Makers of the nodes that the firmware's own device paths are built of; give
/// them to `PathWriter::Append`, which fills in the length.
namespace flint::efi::nodes {

/// The header of a node; its length is the writer's business.
constexpr abi::EFI_DEVICE_PATH_PROTOCOL Header(uint8_t type, uint8_t subtype) {
  return {.Type = type, .SubType = subtype, .Length = 0};
}

/// An ACPI device by its PNP identifier: 0x0A03 a PCI root.
constexpr abi::ACPI_HID_DEVICE_PATH AcpiDevice(uint32_t pnp_digits,
                                               uint32_t uid) {
  return {.Header = Header(abi::ACPI_DEVICE_PATH, abi::ACPI_DP),
          .HID = abi::EISA_PNP_ID(pnp_digits),
          .UID = uid};
}
constexpr abi::ACPI_HID_DEVICE_PATH PciRoot(uint32_t uid) {
  return AcpiDevice(0x0a03, uid);
}

constexpr abi::PCI_DEVICE_PATH Pci(uint8_t device, uint8_t function) {
  return {.Header = Header(abi::HARDWARE_DEVICE_PATH, abi::HW_PCI_DP),
          .Function = function,
          .Device = device};
}

/// A numbered child of the device before it.
constexpr abi::CONTROLLER_DEVICE_PATH Controller(uint32_t number) {
  return {.Header = Header(abi::HARDWARE_DEVICE_PATH, abi::HW_CONTROLLER_DP),
          .ControllerNumber = number};
}

/// Memory from `start` to `end`, its last byte.
constexpr abi::MEMMAP_DEVICE_PATH MemoryMapped(uint32_t memory_type,
                                               uint64_t start,
                                               uint64_t end) {
  return {.Header = Header(abi::HARDWARE_DEVICE_PATH, abi::HW_MEMMAP_DP),
          .MemoryType = memory_type,
          .StartingAddress = start,
          .EndingAddress = end};
}

/// A vendor's node of the hardware, messaging or media kind.
constexpr abi::VENDOR_DEVICE_PATH VendorHardware(const Guid& guid) {
  return {.Header = Header(abi::HARDWARE_DEVICE_PATH, abi::HW_VENDOR_DP),
          .Guid = guid};
}
constexpr abi::VENDOR_DEVICE_PATH VendorMessaging(const Guid& guid) {
  return {.Header = Header(abi::MESSAGING_DEVICE_PATH, abi::MSG_VENDOR_DP),
          .Guid = guid};
}
constexpr abi::VENDOR_DEVICE_PATH VendorMedia(const Guid& guid) {
  return {.Header = Header(abi::MEDIA_DEVICE_PATH, abi::MEDIA_VENDOR_DP),
          .Guid = guid};
}

/// A controller on virtio-mmio by the address of its registers.
constexpr abi::VIRTIO_TRANSPORT_DEVICE_PATH VirtioMmio(uint64_t address) {
  return {.Vendor = VendorHardware(abi::VIRTIO_MMIO_TRANSPORT_GUID),
          .PhysBase = address};
}

constexpr abi::SCSI_DEVICE_PATH Scsi(uint16_t target, uint16_t lun) {
  return {.Header = Header(abi::MESSAGING_DEVICE_PATH, abi::MSG_SCSI_DP),
          .Pun = target,
          .Lun = lun};
}

constexpr uint16_t kNoPortMultiplier = 0xffff;
constexpr abi::SATA_DEVICE_PATH Sata(uint16_t port,
                                     uint16_t port_multiplier_port,
                                     uint16_t lun) {
  return {.Header = Header(abi::MESSAGING_DEVICE_PATH, abi::MSG_SATA_DP),
          .HBAPortNumber = port,
          .PortMultiplierPortNumber = port_multiplier_port,
          .Lun = lun};
}

/// `eui64` as the namespace identifies itself, 0 if it does not.
constexpr abi::NVME_NAMESPACE_DEVICE_PATH NvmeNamespace(uint32_t namespace_id,
                                                        uint64_t eui64) {
  return {
      .Header = Header(abi::MESSAGING_DEVICE_PATH, abi::MSG_NVME_NAMESPACE_DP),
      .NamespaceId = namespace_id,
      .NamespaceUuid = eui64};
}

constexpr abi::USB_DEVICE_PATH Usb(uint8_t parent_port, uint8_t interface) {
  return {.Header = Header(abi::MESSAGING_DEVICE_PATH, abi::MSG_USB_DP),
          .ParentPortNumber = parent_port,
          .InterfaceNumber = interface};
}

/// A network card by its Ethernet address.
constexpr abi::MAC_ADDR_DEVICE_PATH Mac(const std::array<uint8_t, 6>& address) {
  constexpr uint8_t kEthernet = 1;
  abi::MAC_ADDR_DEVICE_PATH node{
      .Header = Header(abi::MESSAGING_DEVICE_PATH, abi::MSG_MAC_ADDR_DP),
      .MacAddress = {},
      .IfType = kEthernet};
  std::ranges::copy(address, node.MacAddress.Addr);
  return node;
}

/// A serial line with the usual eight bits, no parity, one stop bit.
constexpr abi::UART_DEVICE_PATH Uart(uint64_t baud_rate) {
  return {.Header = Header(abi::MESSAGING_DEVICE_PATH, abi::MSG_UART_DP),
          .Reserved = 0,
          .BaudRate = baud_rate,
          .DataBits = 8,
          .Parity = 1,
          .StopBits = 1};
}

/// A partition by its number in the table (from 1) and its extent in blocks.
struct Partition {
  uint32_t number;
  uint64_t first_block;
  uint64_t block_count;
};

/// A GPT partition.
constexpr abi::HARDDRIVE_DEVICE_PATH GptPartition(const Partition& partition,
                                                  const Guid& unique_guid) {
  abi::HARDDRIVE_DEVICE_PATH node{
      .Header = Header(abi::MEDIA_DEVICE_PATH, abi::MEDIA_HARDDRIVE_DP),
      .PartitionNumber = partition.number,
      .PartitionStart = partition.first_block,
      .PartitionSize = partition.block_count,
      .Signature = {},
      .MBRType = abi::MBR_TYPE_EFI_PARTITION_TABLE_HEADER,
      .SignatureType = abi::SIGNATURE_TYPE_GUID};
  std::ranges::copy(unique_guid.bytes, node.Signature);
  return node;
}

/// An MBR partition of the disk with this signature.
constexpr abi::HARDDRIVE_DEVICE_PATH MbrPartition(const Partition& partition,
                                                  uint32_t disk_signature) {
  abi::HARDDRIVE_DEVICE_PATH node{
      .Header = Header(abi::MEDIA_DEVICE_PATH, abi::MEDIA_HARDDRIVE_DP),
      .PartitionNumber = partition.number,
      .PartitionStart = partition.first_block,
      .PartitionSize = partition.block_count,
      .Signature = {},
      .MBRType = abi::MBR_TYPE_PCAT,
      .SignatureType = abi::SIGNATURE_TYPE_MBR};
  for (size_t i = 0; i < sizeof(disk_signature); ++i) {
    node.Signature[i] = static_cast<uint8_t>(disk_signature >> (8 * i));
  }
  return node;
}

/// A boot entry of an El Torito catalogue.
constexpr abi::CDROM_DEVICE_PATH CdRom(uint32_t boot_entry,
                                       uint64_t first_block,
                                       uint64_t block_count) {
  return {.Header = Header(abi::MEDIA_DEVICE_PATH, abi::MEDIA_CDROM_DP),
          .BootEntry = boot_entry,
          .PartitionStart = first_block,
          .PartitionSize = block_count};
}

}  // namespace flint::efi::nodes
