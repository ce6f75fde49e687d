// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "efi/device_path/node_codec.h"
#include "efi/device_path/nodes.h"
#include "efi/device_path/sas_text.h"

namespace flint::efi {
namespace {

using abi::MESSAGING_DEVICE_PATH;

constexpr std::array<Keyword, 2> kAtaControllers{{
    {"Primary", 0},
    {"Secondary", 1},
}};
constexpr std::array<Keyword, 2> kAtaDrives{{
    {"Master", 0},
    {"Slave", 1},
}};

/// [uefi-2.10 10.3.4.20]
constexpr uint8_t kSasExSubtype = 22;
struct SasExNode {
  abi::EFI_DEVICE_PATH_PROTOCOL header;
  std::array<uint8_t, 8> address;
  std::array<uint8_t, 8> lun;
  Le16 topology;
  Le16 relative_target_port;
};
static_assert(sizeof(SasExNode) == 24);

/// The target's name follows. [uefi-2.10 10.3.4.21]
constexpr uint8_t kIscsiSubtype = 19;
struct IscsiNode {
  abi::EFI_DEVICE_PATH_PROTOCOL header;
  Le16 protocol;
  Le16 options;
  std::array<uint8_t, 8> lun;
  Le16 portal_group;
};
static_assert(sizeof(IscsiNode) == 18);

// Login options.
constexpr uint16_t kHeaderDigest = 2 << 0;
constexpr uint16_t kDataDigest = 2 << 2;
constexpr uint16_t kNoAuthentication = 2 << 10;
constexpr uint16_t kOneWayChap = 1 << 12;

bool AtaToText(const DeviceNode& node, TextOptions options, TextWriter& out) {
  const auto ata = node.As<abi::ATAPI_DEVICE_PATH>();
  if (!ata) return false;
  out.Put("Ata(");
  if (!options.display_only) {
    PutKeywordOrHex(kAtaControllers, ata->PrimarySecondary, out);
    out.Put(u',');
    PutKeywordOrHex(kAtaDrives, ata->SlaveMaster, out);
    out.Put(u',');
  }
  out.PutHex(ata->Lun);
  out.Put(u')');
  return true;
}

bool SasExToText(const DeviceNode& node, TextWriter& out) {
  const auto sas = node.As<SasExNode>();
  if (!sas) return false;
  out.Put("SasEx(0x");
  out.PutBytes(AsBytes(sas->address));
  out.Put(",0x");
  out.PutBytes(AsBytes(sas->lun));
  out.Put(u',');
  out.PutHex(sas->relative_target_port);
  out.Put(u',');
  PutSasTopology(sas->topology, out);
  out.Put(u')');
  return true;
}

bool IscsiToText(const DeviceNode& node, TextWriter& out) {
  const auto iscsi = node.As<IscsiNode>();
  if (!iscsi) return false;
  const uint16_t options = iscsi->options;
  out.Put("iSCSI(");
  out.PutAsciiZ(node.bytes().subspan(sizeof(IscsiNode)));
  out.Put(u',');
  out.PutHex(iscsi->portal_group);
  out.Put(",0x");
  out.PutBytes(AsBytes(iscsi->lun));
  out.Put((options & kHeaderDigest) != 0 ? ",CRC32C" : ",None");
  out.Put((options & kDataDigest) != 0 ? ",CRC32C" : ",None");
  if ((options & kNoAuthentication) != 0) {
    out.Put(",None");
  } else {
    out.Put((options & kOneWayChap) != 0 ? ",CHAP_UNI" : ",CHAP_BI");
  }
  out.Put(iscsi->protocol == 0 ? ",TCP)" : ",reserved)");
  return true;
}

bool ToText(const DeviceNode& node, TextOptions options, TextWriter& out) {
  if (node.type() != MESSAGING_DEVICE_PATH) return false;
  switch (node.subtype()) {
    case abi::MSG_ATAPI_DP:
      return AtaToText(node, options, out);
    case kSasExSubtype:
      return SasExToText(node, out);
    case kIscsiSubtype:
      return IscsiToText(node, out);
    default:
      return false;
  }
}

void AtaFromText(Arguments arguments, PathWriter& out) {
  abi::ATAPI_DEVICE_PATH ata{};
  ata.Header = nodes::Header(MESSAGING_DEVICE_PATH, abi::MSG_ATAPI_DP);
  ata.PrimarySecondary =
      static_cast<uint8_t>(KeywordOrInteger(kAtaControllers, arguments.Next()));
  ata.SlaveMaster =
      static_cast<uint8_t>(KeywordOrInteger(kAtaDrives, arguments.Next()));
  ata.Lun = static_cast<uint16_t>(arguments.Next().Integer());
  out.Append(ata);
}

void ReadHexArray(TextReader text, std::span<uint8_t, 8> out) {
  if (text.StartsWith("0x")) text = TextReader(text.text().substr(2));
  text.ReadBytes(out);
}

void SasExFromText(Arguments arguments, PathWriter& out) {
  SasExNode sas{};
  sas.header = nodes::Header(MESSAGING_DEVICE_PATH, kSasExSubtype);
  ReadHexArray(arguments.Next(), sas.address);
  ReadHexArray(arguments.Next(), sas.lun);
  sas.relative_target_port = static_cast<uint16_t>(arguments.Next().Integer());
  sas.topology = TakeSasTopology(arguments);
  out.Append(sas);
}

void IscsiFromText(Arguments arguments, PathWriter& out) {
  IscsiNode iscsi{};
  const TextReader target = arguments.Next();
  iscsi.portal_group = static_cast<uint16_t>(arguments.Next().Integer());
  ReadHexArray(arguments.Next(), iscsi.lun);
  unsigned options = 0;
  if (arguments.Next().Is("CRC32C")) options |= kHeaderDigest;
  if (arguments.Next().Is("CRC32C")) options |= kDataDigest;
  const TextReader authentication = arguments.Next();
  if (authentication.Is("None")) options |= kNoAuthentication;
  if (authentication.Is("CHAP_UNI")) options |= kOneWayChap;
  iscsi.options = static_cast<uint16_t>(options);
  const TextReader protocol = arguments.Next();
  iscsi.protocol = protocol.empty() || protocol.Is("TCP") ? 0 : 1;

  out.BeginNode(MESSAGING_DEVICE_PATH, kIscsiSubtype);
  out.Put(DeviceNode(AsBytes(iscsi)).payload());
  PutAscii(target, out);
  out.Put(uint8_t{0});
  out.EndNode();
}

bool FromText(TextReader name, Arguments arguments, PathWriter& out) {
  if (name.Is("Ata")) {
    AtaFromText(arguments, out);
  } else if (name.Is("SasEx")) {
    SasExFromText(arguments, out);
  } else if (name.Is("iSCSI")) {
    IscsiFromText(arguments, out);
  } else {
    return false;
  }
  return true;
}

}  // namespace

constexpr NodeCodec kStorageCodec{.to_text = ToText, .from_text = FromText};

}  // namespace flint::efi
