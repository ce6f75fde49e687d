// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"
#include "platforms/base/endian.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_DEVICE_PATH_PROTOCOL_GUID =
    EFI_GUID::Of("09576e91-6d3f-11d2-8e39-00a0c969723b");

/// The header of every node; nodes have no alignment. [uefi-2.10 10.2]
struct EFI_DEVICE_PATH_PROTOCOL {
  UINT8 Type;
  UINT8 SubType;
  Le16 Length;
};
static_assert(sizeof(EFI_DEVICE_PATH_PROTOCOL) == 4);
static_assert(alignof(EFI_DEVICE_PATH_PROTOCOL) == 1);

// Types. [uefi-2.10 10.3]
inline constexpr UINT8 HARDWARE_DEVICE_PATH = 0x01;
inline constexpr UINT8 ACPI_DEVICE_PATH = 0x02;
inline constexpr UINT8 MESSAGING_DEVICE_PATH = 0x03;
inline constexpr UINT8 MEDIA_DEVICE_PATH = 0x04;
inline constexpr UINT8 BBS_DEVICE_PATH = 0x05;
inline constexpr UINT8 END_DEVICE_PATH_TYPE = 0x7F;

inline constexpr UINT8 END_INSTANCE_DEVICE_PATH_SUBTYPE = 0x01;
inline constexpr UINT8 END_ENTIRE_DEVICE_PATH_SUBTYPE = 0xFF;

// Hardware nodes. [uefi-2.10 10.3.2]
inline constexpr UINT8 HW_PCI_DP = 0x01;
struct PCI_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  UINT8 Function;
  UINT8 Device;
};
static_assert(sizeof(PCI_DEVICE_PATH) == 6);

inline constexpr UINT8 HW_MEMMAP_DP = 0x03;
struct MEMMAP_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le32 MemoryType;
  Le64 StartingAddress;
  Le64 EndingAddress;
};
static_assert(sizeof(MEMMAP_DEVICE_PATH) == 24);

inline constexpr UINT8 HW_VENDOR_DP = 0x04;
inline constexpr UINT8 MSG_VENDOR_DP = 0x0A;
inline constexpr UINT8 MEDIA_VENDOR_DP = 0x03;
/// Vendor-defined node of any type; data follows.
struct VENDOR_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  EFI_GUID Guid;
};
static_assert(sizeof(VENDOR_DEVICE_PATH) == 20);

/// A controller on virtio-mmio, as EDK II has it: the address of its registers
/// is a vendor's data.
inline constexpr EFI_GUID VIRTIO_MMIO_TRANSPORT_GUID =
    EFI_GUID::Of("837dca9e-e874-4d82-b29a-23fe0e23d1e2");
struct VIRTIO_TRANSPORT_DEVICE_PATH {
  VENDOR_DEVICE_PATH Vendor;
  Le64 PhysBase;
};
static_assert(sizeof(VIRTIO_TRANSPORT_DEVICE_PATH) == 28);

inline constexpr UINT8 HW_CONTROLLER_DP = 0x05;
struct CONTROLLER_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le32 ControllerNumber;
};
static_assert(sizeof(CONTROLLER_DEVICE_PATH) == 8);

// ACPI nodes. [uefi-2.10 10.3.3]
inline constexpr UINT8 ACPI_DP = 0x01;
struct ACPI_HID_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le32 HID;
  Le32 UID;
};
static_assert(sizeof(ACPI_HID_DEVICE_PATH) == 12);

/// A compressed EISA identifier "PNP" + the four hexadecimal digits.
constexpr UINT32 EISA_PNP_ID(UINT32 digits) { return digits << 16 | 0x41D0; }

inline constexpr UINT8 ACPI_EXTENDED_DP = 0x02;
/// Followed by the three strings HIDSTR, UIDSTR and CIDSTR.
struct ACPI_EXTENDED_HID_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le32 HID;
  Le32 UID;
  Le32 CID;
};
static_assert(sizeof(ACPI_EXTENDED_HID_DEVICE_PATH) == 16);

// Messaging nodes. [uefi-2.10 10.3.4]
inline constexpr UINT8 MSG_ATAPI_DP = 0x01;
struct ATAPI_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  UINT8 PrimarySecondary;
  UINT8 SlaveMaster;
  Le16 Lun;
};
static_assert(sizeof(ATAPI_DEVICE_PATH) == 8);

inline constexpr UINT8 MSG_SCSI_DP = 0x02;
struct SCSI_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le16 Pun;
  Le16 Lun;
};
static_assert(sizeof(SCSI_DEVICE_PATH) == 8);

inline constexpr UINT8 MSG_USB_DP = 0x05;
struct USB_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  UINT8 ParentPortNumber;
  UINT8 InterfaceNumber;
};
static_assert(sizeof(USB_DEVICE_PATH) == 6);

inline constexpr UINT8 MSG_MAC_ADDR_DP = 0x0B;
struct MAC_ADDR_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  EFI_MAC_ADDRESS MacAddress;
  UINT8 IfType;
};
static_assert(sizeof(MAC_ADDR_DEVICE_PATH) == 37);

inline constexpr UINT8 MSG_IPv4_DP = 0x0C;
struct IPv4_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  EFI_IPv4_ADDRESS LocalIpAddress;
  EFI_IPv4_ADDRESS RemoteIpAddress;
  Le16 LocalPort;
  Le16 RemotePort;
  Le16 Protocol;
  UINT8 StaticIpAddress;
  EFI_IPv4_ADDRESS GatewayIpAddress;
  EFI_IPv4_ADDRESS SubnetMask;
};
static_assert(sizeof(IPv4_DEVICE_PATH) == 27);

inline constexpr UINT8 MSG_IPv6_DP = 0x0D;
struct IPv6_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  EFI_IPv6_ADDRESS LocalIpAddress;
  EFI_IPv6_ADDRESS RemoteIpAddress;
  Le16 LocalPort;
  Le16 RemotePort;
  Le16 Protocol;
  UINT8 IpAddressOrigin;
  UINT8 PrefixLength;
  EFI_IPv6_ADDRESS GatewayIpAddress;
};
static_assert(sizeof(IPv6_DEVICE_PATH) == 60);

inline constexpr UINT8 MSG_UART_DP = 0x0E;
struct UART_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le32 Reserved;
  Le64 BaudRate;
  UINT8 DataBits;
  UINT8 Parity;
  UINT8 StopBits;
};
static_assert(sizeof(UART_DEVICE_PATH) == 19);

inline constexpr UINT8 MSG_USB_CLASS_DP = 0x0F;
struct USB_CLASS_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le16 VendorId;
  Le16 ProductId;
  UINT8 DeviceClass;
  UINT8 DeviceSubClass;
  UINT8 DeviceProtocol;
};
static_assert(sizeof(USB_CLASS_DEVICE_PATH) == 11);

inline constexpr UINT8 MSG_DEVICE_LOGICAL_UNIT_DP = 0x11;
struct DEVICE_LOGICAL_UNIT_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  UINT8 Lun;
};
static_assert(sizeof(DEVICE_LOGICAL_UNIT_DEVICE_PATH) == 5);

inline constexpr UINT8 MSG_SATA_DP = 0x12;
struct SATA_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le16 HBAPortNumber;
  Le16 PortMultiplierPortNumber;
  Le16 Lun;
};
static_assert(sizeof(SATA_DEVICE_PATH) == 10);

inline constexpr UINT8 MSG_VLAN_DP = 0x14;
struct VLAN_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le16 VlanId;
};
static_assert(sizeof(VLAN_DEVICE_PATH) == 6);

inline constexpr UINT8 MSG_NVME_NAMESPACE_DP = 0x17;
struct NVME_NAMESPACE_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le32 NamespaceId;
  Le64 NamespaceUuid;
};
static_assert(sizeof(NVME_NAMESPACE_DEVICE_PATH) == 16);

/// The URI, without terminator, follows the header.
inline constexpr UINT8 MSG_URI_DP = 0x18;

inline constexpr UINT8 MSG_UFS_DP = 0x19;
struct UFS_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  UINT8 Pun;
  UINT8 Lun;
};
static_assert(sizeof(UFS_DEVICE_PATH) == 6);

inline constexpr UINT8 MSG_SD_DP = 0x1A;
inline constexpr UINT8 MSG_EMMC_DP = 0x1D;
/// SD and eMMC slots.
struct SLOT_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  UINT8 SlotNumber;
};
static_assert(sizeof(SLOT_DEVICE_PATH) == 5);

// Media nodes. [uefi-2.10 10.3.5]
inline constexpr UINT8 MEDIA_HARDDRIVE_DP = 0x01;
inline constexpr UINT8 MBR_TYPE_PCAT = 0x01;
inline constexpr UINT8 MBR_TYPE_EFI_PARTITION_TABLE_HEADER = 0x02;
inline constexpr UINT8 NO_DISK_SIGNATURE = 0x00;
inline constexpr UINT8 SIGNATURE_TYPE_MBR = 0x01;
inline constexpr UINT8 SIGNATURE_TYPE_GUID = 0x02;
struct HARDDRIVE_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le32 PartitionNumber;
  Le64 PartitionStart;
  Le64 PartitionSize;
  UINT8 Signature[16];
  UINT8 MBRType;
  UINT8 SignatureType;
};
static_assert(sizeof(HARDDRIVE_DEVICE_PATH) == 42);

inline constexpr UINT8 MEDIA_CDROM_DP = 0x02;
struct CDROM_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le32 BootEntry;
  Le64 PartitionStart;
  Le64 PartitionSize;
};
static_assert(sizeof(CDROM_DEVICE_PATH) == 24);

/// A NUL-terminated UTF-16 path follows the header.
inline constexpr UINT8 MEDIA_FILEPATH_DP = 0x04;

inline constexpr UINT8 MEDIA_PROTOCOL_DP = 0x05;
struct MEDIA_PROTOCOL_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  EFI_GUID Protocol;
};
static_assert(sizeof(MEDIA_PROTOCOL_DEVICE_PATH) == 20);

inline constexpr UINT8 MEDIA_PIWG_FW_FILE_DP = 0x06;
inline constexpr UINT8 MEDIA_PIWG_FW_VOL_DP = 0x07;

inline constexpr UINT8 MEDIA_RELATIVE_OFFSET_RANGE_DP = 0x08;
struct MEDIA_RELATIVE_OFFSET_RANGE_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le32 Reserved;
  Le64 StartingOffset;
  Le64 EndingOffset;
};
static_assert(sizeof(MEDIA_RELATIVE_OFFSET_RANGE_DEVICE_PATH) == 24);

inline constexpr UINT8 MEDIA_RAM_DISK_DP = 0x09;
struct MEDIA_RAM_DISK_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le64 StartingAddr;
  Le64 EndingAddr;
  EFI_GUID TypeGuid;
  Le16 Instance;
};
static_assert(sizeof(MEDIA_RAM_DISK_DEVICE_PATH) == 38);

/// A NUL-terminated ASCII description follows. [uefi-2.10 10.3.6]
inline constexpr UINT8 BBS_BBS_DP = 0x01;
struct BBS_BBS_DEVICE_PATH {
  EFI_DEVICE_PATH_PROTOCOL Header;
  Le16 DeviceType;
  Le16 StatusFlag;
};
static_assert(sizeof(BBS_BBS_DEVICE_PATH) == 8);

}  // namespace flint::efi::abi
