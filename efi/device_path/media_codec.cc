// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "efi/device_path/node_codec.h"
#include "efi/device_path/nodes.h"

namespace flint::efi {
namespace {

using abi::HARDDRIVE_DEVICE_PATH;
using abi::MEDIA_DEVICE_PATH;
using abi::MEDIA_RAM_DISK_DEVICE_PATH;

constexpr std::array<Keyword, 2> kPartitionTables{{
    {"MBR", abi::SIGNATURE_TYPE_MBR},
    {"GPT", abi::SIGNATURE_TYPE_GUID},
}};

/// Kinds of RAM disks with names of their own. [uefi-2.10 10.3.5.9]
struct RamDiskKind {
  std::string_view name;
  Guid guid;
};
constexpr std::array<RamDiskKind, 4> kRamDisks{{
    {"VirtualDisk", Guid::Of("77ab535a-45fc-624b-5560-f7b281d1f96e")},
    {"VirtualCD", Guid::Of("3d5abd30-4175-87ce-6d64-d2ade523c4bb")},
    {"PersistentVirtualDisk", Guid::Of("5cea02c9-4d07-69d3-269f-4496fbe096f9")},
    {"PersistentVirtualCD", Guid::Of("08018188-42cd-bb48-100f-5387d53ded3d")},
}};

/// [uefi-2.10 10.3.6]
constexpr std::array<Keyword, 6> kBbsTypes{{
    {"Floppy", 1},
    {"HD", 2},
    {"CDROM", 3},
    {"PCMCIA", 4},
    {"USB", 5},
    {"Network", 6},
}};

bool HardDriveToText(const DeviceNode& node,
                     TextOptions options,
                     TextWriter& out) {
  const auto disk = node.As<HARDDRIVE_DEVICE_PATH>();
  if (!disk) return false;
  const Bytes signature = std::as_bytes(std::span(disk->Signature));
  out.Put("HD(");
  out.PutDecimal(disk->PartitionNumber);
  out.Put(u',');
  if (disk->SignatureType == abi::SIGNATURE_TYPE_GUID) {
    out.Put("GPT,");
    out.PutGuid(*ReadWire<Guid>(signature));
  } else if (disk->SignatureType == abi::SIGNATURE_TYPE_MBR) {
    out.Put("MBR,0x");
    out.PutDigits(*ReadWire<Le32>(signature), 8);
  } else {
    out.PutDecimal(disk->SignatureType);
    out.Put(",0");
  }
  if (!options.display_only) {
    out.Put(u',');
    out.PutHex(disk->PartitionStart);
    out.Put(u',');
    out.PutHex(disk->PartitionSize);
  }
  out.Put(u')');
  return true;
}

bool RamDiskToText(const DeviceNode& node, TextWriter& out) {
  const auto disk = node.As<MEDIA_RAM_DISK_DEVICE_PATH>();
  if (!disk) return false;
  const auto kind =
      std::ranges::find(kRamDisks, disk->TypeGuid, &RamDiskKind::guid);
  out.Put(kind != kRamDisks.end() ? kind->name : "RamDisk");
  out.Put(u'(');
  out.PutHex(disk->StartingAddr);
  out.Put(u',');
  out.PutHex(disk->EndingAddr);
  out.Put(u',');
  out.PutDecimal(disk->Instance);
  if (kind == kRamDisks.end()) {
    out.Put(u',');
    out.PutGuid(disk->TypeGuid);
  }
  out.Put(u')');
  return true;
}

bool BbsToText(const DeviceNode& node, TextOptions options, TextWriter& out) {
  const auto bbs = node.As<abi::BBS_BBS_DEVICE_PATH>();
  if (!bbs) return false;
  out.Put("BBS(");
  PutKeywordOrHex(kBbsTypes, bbs->DeviceType, out);
  out.Put(u',');
  out.PutAsciiZ(node.bytes().subspan(sizeof(abi::BBS_BBS_DEVICE_PATH)));
  if (!options.display_only) {
    out.Put(u',');
    out.PutHex(bbs->StatusFlag);
  }
  out.Put(u')');
  return true;
}

bool ToText(const DeviceNode& node, TextOptions options, TextWriter& out) {
  if (node.Is(abi::BBS_DEVICE_PATH, abi::BBS_BBS_DP)) {
    return BbsToText(node, options, out);
  }
  if (node.type() != MEDIA_DEVICE_PATH) return false;
  switch (node.subtype()) {
    case abi::MEDIA_HARDDRIVE_DP:
      return HardDriveToText(node, options, out);
    case abi::MEDIA_FILEPATH_DP:
      out.PutUtf16Z(node.payload());
      return true;
    case abi::MEDIA_RAM_DISK_DP:
      return RamDiskToText(node, out);
    default:
      return false;
  }
}

void HardDriveFromText(Arguments arguments, PathWriter& out) {
  HARDDRIVE_DEVICE_PATH disk{};
  disk.Header = nodes::Header(MEDIA_DEVICE_PATH, abi::MEDIA_HARDDRIVE_DP);
  disk.PartitionNumber = static_cast<uint32_t>(arguments.Next().Integer());
  disk.SignatureType = static_cast<uint8_t>(
      KeywordOrInteger(kPartitionTables, arguments.Next()));
  // The kinds of table and of signature go together.
  disk.MBRType = disk.SignatureType;
  const TextReader signature = arguments.Next();
  if (disk.SignatureType == abi::SIGNATURE_TYPE_GUID) {
    std::ranges::copy(signature.ReadGuid().bytes, disk.Signature);
  } else if (disk.SignatureType == abi::SIGNATURE_TYPE_MBR) {
    const auto value = static_cast<uint32_t>(signature.Integer());
    std::ranges::copy(nodes::MbrPartition({}, value).Signature, disk.Signature);
  }
  disk.PartitionStart = arguments.Next().Integer();
  disk.PartitionSize = arguments.Next().Integer();
  out.Append(disk);
}

bool RamDiskFromText(TextReader name, Arguments arguments, PathWriter& out) {
  const auto kind = std::ranges::find_if(
      kRamDisks,
      [name](const RamDiskKind& candidate) { return name.Is(candidate.name); });
  if (kind == kRamDisks.end() && !name.Is("RamDisk")) return false;
  MEDIA_RAM_DISK_DEVICE_PATH disk{};
  disk.Header = nodes::Header(MEDIA_DEVICE_PATH, abi::MEDIA_RAM_DISK_DP);
  disk.StartingAddr = arguments.Next().Integer();
  disk.EndingAddr = arguments.Next().Integer();
  disk.Instance = static_cast<uint16_t>(arguments.Next().Integer());
  disk.TypeGuid =
      kind != kRamDisks.end() ? kind->guid : arguments.Next().ReadGuid();
  out.Append(disk);
  return true;
}

void BbsFromText(Arguments arguments, PathWriter& out) {
  const uint32_t type = KeywordOrInteger(kBbsTypes, arguments.Next());
  const TextReader description = arguments.Next();
  const uint64_t status = arguments.Next().Integer();
  out.BeginNode(abi::BBS_DEVICE_PATH, abi::BBS_BBS_DP);
  out.Put(Le16(static_cast<uint16_t>(type)));
  out.Put(Le16(static_cast<uint16_t>(status)));
  PutAscii(description, out);
  out.Put(uint8_t{0});
  out.EndNode();
}

bool FromText(TextReader name, Arguments arguments, PathWriter& out) {
  if (name.Is("HD")) {
    HardDriveFromText(arguments, out);
    return true;
  }
  if (name.Is("BBS")) {
    BbsFromText(arguments, out);
    return true;
  }
  return RamDiskFromText(name, arguments, out);
}

}  // namespace

constexpr NodeCodec kMediaCodec{.to_text = ToText, .from_text = FromText};

}  // namespace flint::efi
