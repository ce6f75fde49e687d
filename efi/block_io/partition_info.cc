// SPDX-License-Identifier: Apache-2.0
#include "efi/block_io/partition_info.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "platforms/base/unicode.h"

namespace flint::efi {
namespace {

using partition::Partition;
using partition::Scheme;

constexpr uint8_t kMbrActive = 0x80;

abi::MBR_PARTITION_RECORD MakeMbrRecord(const Partition& partition) {
  // Heads and tracks have not meant anything for decades: beyond the end.
  constexpr uint8_t kHead = 0xfe;
  constexpr uint8_t kSectorAndTrack = 0xff;
  return {.BootIndicator = partition.mbr_active ? kMbrActive : uint8_t{0},
          .StartHead = kHead,
          .StartSector = kSectorAndTrack,
          .StartTrack = kSectorAndTrack,
          .OSIndicator = partition.mbr_type,
          .EndHead = kHead,
          .EndSector = kSectorAndTrack,
          .EndTrack = kSectorAndTrack,
          // Both fit: they come from an MBR.
          .StartingLBA = static_cast<uint32_t>(partition.first_lba),
          .SizeInLBA = static_cast<uint32_t>(partition.block_count)};
}

abi::EFI_PARTITION_ENTRY MakeGptEntry(const Partition& partition) {
  abi::EFI_PARTITION_ENTRY entry{
      .PartitionTypeGUID = partition.type,
      .UniquePartitionGUID = partition.unique_guid,
      .StartingLBA = partition.first_lba,
      .EndingLBA = partition.first_lba + partition.block_count - 1,
      .Attributes = partition.attributes,
      .PartitionName = {}};
  std::array<char16_t, std::size(abi::EFI_PARTITION_ENTRY{}.PartitionName)>
      name{};
  if (const auto units = Utf8ToUtf16(partition.name(), name)) {
    std::ranges::copy(*units, entry.PartitionName);
  }
  return entry;
}

}  // namespace

bool IsEfiSystemPartition(const Partition& partition) {
  return partition.scheme == Scheme::kMbr
             ? partition.mbr_type == partition::kMbrEfiSystemType
             : partition.type == partition::kEfiSystemType;
}

abi::EFI_PARTITION_INFO_PROTOCOL MakePartitionInfo(const Partition& partition) {
  abi::EFI_PARTITION_INFO_PROTOCOL info{
      .Revision = abi::EFI_PARTITION_INFO_PROTOCOL_REVISION,
      .Type = abi::PARTITION_TYPE_OTHER,
      .System = IsEfiSystemPartition(partition) ? abi::TRUE : abi::FALSE,
      .Reserved = {},
      .Info = {.Gpt = {}}};
  if (partition.scheme == Scheme::kMbr) {
    info.Type = abi::PARTITION_TYPE_MBR;
    info.Info.Mbr = MakeMbrRecord(partition);
  } else if (partition.scheme == Scheme::kGpt) {
    info.Type = abi::PARTITION_TYPE_GPT;
    info.Info.Gpt = MakeGptEntry(partition);
  }
  return info;
}

}  // namespace flint::efi
