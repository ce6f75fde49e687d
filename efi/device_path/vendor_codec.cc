// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "efi/device_path/node_codec.h"
#include "efi/device_path/nodes.h"
#include "efi/device_path/sas_text.h"

namespace flint::efi {
namespace {

using abi::VENDOR_DEVICE_PATH;

/// Vendor nodes of the three kinds.
struct Kind {
  std::string_view name;
  uint8_t type;
  uint8_t subtype;
};
constexpr std::array<Kind, 3> kKinds{{
    {"VenHw", abi::HARDWARE_DEVICE_PATH, abi::HW_VENDOR_DP},
    {"VenMsg", abi::MESSAGING_DEVICE_PATH, abi::MSG_VENDOR_DP},
    {"VenMedia", abi::MEDIA_DEVICE_PATH, abi::MEDIA_VENDOR_DP},
}};

/// Messaging nodes that say all by their GUID. [uefi-2.10 10.3.4.18, 18.5]
struct Named {
  std::string_view name;
  Guid guid;
};
constexpr std::array<Named, 5> kNamed{{
    {"VenPcAnsi", Guid::Of("e0c14753-f9be-11d2-9a0c-0090273fc14d")},
    {"VenVt100", Guid::Of("dfa66065-b419-11d3-9a2d-0090273fc14d")},
    {"VenVt100Plus", Guid::Of("7baec70b-57e0-4c76-8e87-2f9e28088343")},
    {"VenUtf8", Guid::Of("ad15a0d6-8bec-4acf-a073-d01de77e2d88")},
    {"DebugPort", Guid::Of("eba4e8d2-3858-41ec-a281-2647ba9660d0")},
}};

/// How a serial line says when to stop. [uefi-2.10 10.3.4.19]
constexpr Guid kFlowControlGuid =
    Guid::Of("37499a9d-542f-4c89-a026-35da142094e4");
constexpr std::array<Keyword, 3> kFlowControls{{
    {"None", 0},
    {"Hardware", 1},
    {"XonXoff", 2},
}};

/// [uefi-2.10 10.3.4.20]
constexpr Guid kSasGuid = Guid::Of("d487ddb4-008b-11d9-afdc-001083ffca4d");
struct SasPayload {
  Le32 reserved;
  Le64 address;
  Le64 lun;
  Le16 topology;
  Le16 relative_target_port;
};
static_assert(sizeof(SasPayload) == 24);

void SasToText(const SasPayload& sas, TextWriter& out) {
  out.Put("SAS(");
  out.PutHex(sas.address);
  out.Put(u',');
  out.PutHex(sas.lun);
  out.Put(u',');
  out.PutHex(sas.relative_target_port);
  out.Put(u',');
  PutSasTopology(sas.topology, out);
  out.Put(u',');
  out.PutHex(sas.reserved);
  out.Put(u')');
}

bool ShortcutToText(const Guid& guid, Bytes data, TextWriter& out) {
  for (const Named& named : kNamed) {
    if (named.guid == guid && data.empty()) {
      out.Put(named.name);
      out.Put("()");
      return true;
    }
  }
  if (guid == kFlowControlGuid && data.size() == sizeof(Le32)) {
    const uint32_t map = *ReadWire<Le32>(data);
    const std::string_view name = NameOf(kFlowControls, map & 3);
    if (name.empty()) return false;
    out.Put("UartFlowCtrl(");
    out.Put(name);
    out.Put(u')');
    return true;
  }
  if (guid == kSasGuid && data.size() == sizeof(SasPayload)) {
    SasToText(*ReadWire<SasPayload>(data), out);
    return true;
  }
  return false;
}

bool ToText(const DeviceNode& node, TextOptions options, TextWriter& out) {
  const auto kind =
      std::ranges::find_if(kKinds, [&node](const Kind& candidate) {
        return node.Is(candidate.type, candidate.subtype);
      });
  const auto vendor = node.As<VENDOR_DEVICE_PATH>();
  if (kind == kKinds.end() || !vendor) return false;
  const Bytes data = node.bytes().subspan(sizeof(VENDOR_DEVICE_PATH));
  if (options.allow_shortcuts && kind->type == abi::MESSAGING_DEVICE_PATH &&
      ShortcutToText(vendor->Guid, data, out)) {
    return true;
  }
  out.Put(kind->name);
  out.Put(u'(');
  out.PutGuid(vendor->Guid);
  if (!data.empty()) out.Put(u',');
  out.PutBytes(data);
  out.Put(u')');
  return true;
}

void BeginMessaging(const Guid& guid, PathWriter& out) {
  out.BeginNode(abi::MESSAGING_DEVICE_PATH, abi::MSG_VENDOR_DP);
  out.Put(guid);
}

SasPayload SasFromText(Arguments arguments) {
  SasPayload sas{};
  sas.address = arguments.Next().Integer();
  sas.lun = arguments.Next().Integer();
  sas.relative_target_port = static_cast<uint16_t>(arguments.Next().Integer());
  sas.topology = TakeSasTopology(arguments);
  sas.reserved = static_cast<uint32_t>(arguments.Next().Integer());
  return sas;
}

bool ShortcutFromText(TextReader name, Arguments arguments, PathWriter& out) {
  for (const Named& named : kNamed) {
    if (name.Is(named.name)) {
      BeginMessaging(named.guid, out);
      out.EndNode();
      return true;
    }
  }
  if (name.Is("UartFlowCtrl")) {
    BeginMessaging(kFlowControlGuid, out);
    out.Put(Le32(KeywordOrInteger(kFlowControls, arguments.Next())));
    out.EndNode();
    return true;
  }
  if (name.Is("SAS")) {
    BeginMessaging(kSasGuid, out);
    out.Put(SasFromText(arguments));
    out.EndNode();
    return true;
  }
  return false;
}

bool FromText(TextReader name, Arguments arguments, PathWriter& out) {
  for (const Kind& kind : kKinds) {
    if (name.Is(kind.name)) {
      out.BeginNode(kind.type, kind.subtype);
      out.Put(arguments.Next().ReadGuid());
      PutHexBytes(arguments.Next(), out);
      out.EndNode();
      return true;
    }
  }
  return ShortcutFromText(name, arguments, out);
}

}  // namespace

constexpr NodeCodec kVendorCodec{.to_text = ToText, .from_text = FromText};

}  // namespace flint::efi
