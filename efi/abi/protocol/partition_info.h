// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"
#include "platforms/base/endian.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_PARTITION_INFO_PROTOCOL_GUID =
    EFI_GUID::Of("8cf2f62c-bc9b-4821-808d-ec9ec421a1a0");

inline constexpr UINT32 EFI_PARTITION_INFO_PROTOCOL_REVISION = 0x0001000;
inline constexpr UINT32 PARTITION_TYPE_OTHER = 0x00;
inline constexpr UINT32 PARTITION_TYPE_MBR = 0x01;
inline constexpr UINT32 PARTITION_TYPE_GPT = 0x02;

/// [uefi-2.10 5.2.1]
struct MBR_PARTITION_RECORD {
  UINT8 BootIndicator;
  UINT8 StartHead;
  UINT8 StartSector;
  UINT8 StartTrack;
  UINT8 OSIndicator;
  UINT8 EndHead;
  UINT8 EndSector;
  UINT8 EndTrack;
  Le32 StartingLBA;
  Le32 SizeInLBA;
};
static_assert(sizeof(MBR_PARTITION_RECORD) == 16);

/// [uefi-2.10 5.3.3]
struct EFI_PARTITION_ENTRY {
  EFI_GUID PartitionTypeGUID;
  EFI_GUID UniquePartitionGUID;
  Le64 StartingLBA;
  Le64 EndingLBA;
  Le64 Attributes;
  Le16 PartitionName[36];
};
static_assert(sizeof(EFI_PARTITION_ENTRY) == 128);

/// Packed. [uefi-2.10 13.18]
struct EFI_PARTITION_INFO_PROTOCOL {
  Le32 Revision;
  Le32 Type;
  UINT8 System;
  UINT8 Reserved[7];
  union {
    MBR_PARTITION_RECORD Mbr;
    EFI_PARTITION_ENTRY Gpt;
  } Info;
};
static_assert(sizeof(EFI_PARTITION_INFO_PROTOCOL) == 144);

}  // namespace flint::efi::abi
