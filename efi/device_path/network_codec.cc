// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>

#include "efi/device_path/ip_text.h"
#include "efi/device_path/node_codec.h"
#include "efi/device_path/nodes.h"

namespace flint::efi {
namespace {

using abi::IPv4_DEVICE_PATH;
using abi::IPv6_DEVICE_PATH;
using abi::MAC_ADDR_DEVICE_PATH;
using abi::MESSAGING_DEVICE_PATH;

/// Nodes of before UEFI 2.4 (IPv4) and 2.5 (IPv6) end ahead of the gateway.
constexpr size_t kOldIpv4Size = offsetof(IPv4_DEVICE_PATH, GatewayIpAddress);
constexpr size_t kOldIpv6Size = offsetof(IPv6_DEVICE_PATH, IpAddressOrigin) + 1;

constexpr uint8_t kWifiSubtype = 28;  // [uefi-2.10 10.3.4.26]
constexpr size_t kSsidSize = 32;
constexpr uint8_t kDnsSubtype = 31;  // [uefi-2.10 10.3.4.29]
constexpr size_t kDnsAddressSize = 16;

constexpr std::array<Keyword, 2> kProtocols{{
    {"TCP", 6},
    {"UDP", 17},
}};
constexpr std::array<Keyword, 2> kIpv4Origins{{
    {"DHCP", 0},
    {"Static", 1},
}};
constexpr std::array<Keyword, 3> kIpv6Origins{{
    {"Static", 0},
    {"StatelessAutoConfigure", 1},
    {"StatefulAutoConfigure", 2},
}};

/// How many bytes of its address an interface of this type uses. [rfc-3232]
size_t AddressSize(uint8_t interface_type) {
  return interface_type <= 1 ? 6 : sizeof(abi::EFI_MAC_ADDRESS);
}

bool MacToText(const DeviceNode& node, TextWriter& out) {
  const auto mac = node.As<MAC_ADDR_DEVICE_PATH>();
  if (!mac) return false;
  out.Put("MAC(");
  out.PutBytes(std::as_bytes(std::span(mac->MacAddress.Addr))
                   .first(AddressSize(mac->IfType)));
  out.Put(u',');
  out.PutHex(mac->IfType);
  out.Put(u')');
  return true;
}

/// A node that may be of an older, shorter kind, the rest taken as zero.
template <WireType T>
T Extended(const DeviceNode& node) {
  T value{};
  const Bytes bytes = node.bytes();
  std::memcpy(&value, bytes.data(), std::min(sizeof(T), bytes.size()));
  return value;
}

bool Ipv4ToText(const DeviceNode& node, TextOptions options, TextWriter& out) {
  if (node.size_bytes() < kOldIpv4Size) return false;
  const auto ip = Extended<IPv4_DEVICE_PATH>(node);
  out.Put("IPv4(");
  PutIpv4(ip.RemoteIpAddress, out);
  if (!options.display_only) {
    out.Put(u',');
    PutKeywordOrHex(kProtocols, ip.Protocol, out);
    out.Put(ip.StaticIpAddress != 0 ? ",Static," : ",DHCP,");
    PutIpv4(ip.LocalIpAddress, out);
    if (node.size_bytes() >= sizeof(IPv4_DEVICE_PATH)) {
      out.Put(u',');
      PutIpv4(ip.GatewayIpAddress, out);
      out.Put(u',');
      PutIpv4(ip.SubnetMask, out);
    }
  }
  out.Put(u')');
  return true;
}

bool Ipv6ToText(const DeviceNode& node, TextOptions options, TextWriter& out) {
  if (node.size_bytes() < kOldIpv6Size) return false;
  const auto ip = Extended<IPv6_DEVICE_PATH>(node);
  out.Put("IPv6(");
  PutIpv6(ip.RemoteIpAddress, out);
  if (!options.display_only) {
    out.Put(u',');
    PutKeywordOrHex(kProtocols, ip.Protocol, out);
    out.Put(u',');
    out.Put(NameOf(kIpv6Origins, std::min<uint8_t>(ip.IpAddressOrigin, 2)));
    out.Put(u',');
    PutIpv6(ip.LocalIpAddress, out);
    if (node.size_bytes() >= sizeof(IPv6_DEVICE_PATH)) {
      out.Put(u',');
      out.PutHex(ip.PrefixLength);
      out.Put(u',');
      PutIpv6(ip.GatewayIpAddress, out);
    }
  }
  out.Put(u')');
  return true;
}

bool DnsToText(const DeviceNode& node, TextWriter& out) {
  ByteReader reader(node.payload());
  const auto is_ipv6 = reader.Read<uint8_t>();
  if (!is_ipv6) return false;
  out.Put("Dns(");
  bool first = true;
  while (const auto address = reader.ReadBytes(kDnsAddressSize)) {
    if (!first) out.Put(u',');
    first = false;
    if (*is_ipv6 != 0) {
      PutIpv6(*ReadWire<abi::EFI_IPv6_ADDRESS>(*address), out);
    } else {
      PutIpv4(*ReadWire<abi::EFI_IPv4_ADDRESS>(*address), out);
    }
  }
  out.Put(u')');
  return true;
}

void NamedTextNode(std::string_view name, Bytes text, TextWriter& out) {
  out.Put(name);
  out.Put(u'(');
  out.PutAsciiZ(text);
  out.Put(u')');
}

bool ToText(const DeviceNode& node, TextOptions options, TextWriter& out) {
  if (node.type() != MESSAGING_DEVICE_PATH) return false;
  switch (node.subtype()) {
    case abi::MSG_MAC_ADDR_DP:
      return MacToText(node, out);
    case abi::MSG_IPv4_DP:
      return Ipv4ToText(node, options, out);
    case abi::MSG_IPv6_DP:
      return Ipv6ToText(node, options, out);
    case kDnsSubtype:
      return DnsToText(node, out);
    case abi::MSG_URI_DP:
      NamedTextNode("Uri", node.payload(), out);
      return true;
    case kWifiSubtype:
      NamedTextNode("Wi-Fi", node.payload(), out);
      return true;
    default:
      return false;
  }
}

void MacFromText(Arguments arguments, PathWriter& out) {
  MAC_ADDR_DEVICE_PATH mac{};
  mac.Header = nodes::Header(MESSAGING_DEVICE_PATH, abi::MSG_MAC_ADDR_DP);
  arguments.Next().ReadBytes(mac.MacAddress.Addr);
  mac.IfType = static_cast<uint8_t>(arguments.Next().Integer());
  out.Append(mac);
}

void Ipv4FromText(Arguments arguments, PathWriter& out) {
  IPv4_DEVICE_PATH ip{};
  ip.Header = nodes::Header(MESSAGING_DEVICE_PATH, abi::MSG_IPv4_DP);
  ip.RemoteIpAddress = ReadIpv4(arguments.Next());
  ip.Protocol =
      static_cast<uint16_t>(KeywordOrInteger(kProtocols, arguments.Next()));
  ip.StaticIpAddress =
      static_cast<uint8_t>(KeywordOrInteger(kIpv4Origins, arguments.Next()));
  ip.LocalIpAddress = ReadIpv4(arguments.Next());
  ip.GatewayIpAddress = ReadIpv4(arguments.Next());
  ip.SubnetMask = ReadIpv4(arguments.Next());
  out.Append(ip);
}

void Ipv6FromText(Arguments arguments, PathWriter& out) {
  IPv6_DEVICE_PATH ip{};
  ip.Header = nodes::Header(MESSAGING_DEVICE_PATH, abi::MSG_IPv6_DP);
  ip.RemoteIpAddress = ReadIpv6(arguments.Next());
  ip.Protocol =
      static_cast<uint16_t>(KeywordOrInteger(kProtocols, arguments.Next()));
  ip.IpAddressOrigin =
      static_cast<uint8_t>(KeywordOrInteger(kIpv6Origins, arguments.Next()));
  ip.LocalIpAddress = ReadIpv6(arguments.Next());
  ip.PrefixLength = static_cast<uint8_t>(arguments.Next().Integer());
  ip.GatewayIpAddress = ReadIpv6(arguments.Next());
  out.Append(ip);
}

void DnsFromText(Arguments arguments, PathWriter& out) {
  const bool is_ipv6 =
      arguments.Rest().text().find(u':') != std::u16string_view::npos;
  out.BeginNode(MESSAGING_DEVICE_PATH, kDnsSubtype);
  out.Put(static_cast<uint8_t>(is_ipv6));
  while (!arguments.empty()) {
    const TextReader address = arguments.Next();
    if (is_ipv6) {
      out.Put(ReadIpv6(address));
    } else {
      out.Put(ReadIpv4(address));
      out.Put(std::array<uint8_t,
                         kDnsAddressSize - sizeof(abi::EFI_IPv4_ADDRESS)>{});
    }
  }
  out.EndNode();
}

void WifiFromText(Arguments arguments, PathWriter& out) {
  std::array<uint8_t, kSsidSize> ssid{};
  const std::u16string_view name = arguments.Rest().text();
  std::ranges::transform(
      name.substr(0, kSsidSize), ssid.begin(), [](char16_t unit) {
        return static_cast<uint8_t>(unit < 0x80 ? unit : u'?');
      });
  out.Append(MESSAGING_DEVICE_PATH, kWifiSubtype, AsBytes(ssid));
}

bool FromText(TextReader name, Arguments arguments, PathWriter& out) {
  if (name.Is("MAC")) {
    MacFromText(arguments, out);
  } else if (name.Is("IPv4")) {
    Ipv4FromText(arguments, out);
  } else if (name.Is("IPv6")) {
    Ipv6FromText(arguments, out);
  } else if (name.Is("Dns")) {
    DnsFromText(arguments, out);
  } else if (name.Is("Uri")) {
    out.BeginNode(MESSAGING_DEVICE_PATH, abi::MSG_URI_DP);
    PutAscii(arguments.Rest(), out);
    out.EndNode();
  } else if (name.Is("Wi-Fi")) {
    WifiFromText(arguments, out);
  } else {
    return false;
  }
  return true;
}

}  // namespace

constexpr NodeCodec kNetworkCodec{.to_text = ToText, .from_text = FromText};

}  // namespace flint::efi
