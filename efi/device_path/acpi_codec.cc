// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "efi/device_path/node_codec.h"
#include "efi/device_path/nodes.h"

namespace flint::efi {
namespace {

using abi::ACPI_DEVICE_PATH;

constexpr uint8_t kAdrSubtype = 3;  // [uefi-2.10 10.3.3.1]

/// Devices that have names of their own, by their PNP identifier.
constexpr std::array<Keyword, 6> kDevices{{
    {"PciRoot", abi::EISA_PNP_ID(0x0a03)},
    {"PcieRoot", abi::EISA_PNP_ID(0x0a08)},
    {"Floppy", abi::EISA_PNP_ID(0x0604)},
    {"Keyboard", abi::EISA_PNP_ID(0x0301)},
    {"Serial", abi::EISA_PNP_ID(0x0501)},
    {"ParallelPort", abi::EISA_PNP_ID(0x0401)},
}};
constexpr uint32_t kPciRoot = kDevices[0].value;
constexpr uint32_t kPcieRoot = kDevices[1].value;

constexpr uint32_t kPnpVendor = abi::EISA_PNP_ID(0);
constexpr uint32_t kVendorMask = 0xffff;

/// A compressed EISA identifier: three letters of five bits each in the low
/// half, four digits in the high half. [acpi-6.5 19.6.37]
void PutEisaId(uint32_t id, TextWriter& out) {
  if (id == 0) return out.Put(u'0');
  for (const unsigned shift : {10u, 5u, 0u}) {
    out.Put(static_cast<char16_t>(u'A' - 1 + ((id >> shift) & 0x1f)));
  }
  out.PutDigits(id >> 16, 4);
}

uint32_t EisaId(TextReader text) {
  constexpr size_t kSize = 7;
  if (text.text().size() != kSize || text.StartsWith("0x")) {
    return static_cast<uint32_t>(text.Integer());
  }
  uint32_t vendor = 0;
  for (const char16_t letter : text.text().substr(0, 3)) {
    vendor = vendor << 5 | ((letter - (u'A' - 1u)) & 0x1f);
  }
  const uint64_t digits = TextReader(text.text().substr(3)).HexDigits();
  return static_cast<uint32_t>(digits << 16) | vendor;
}

bool HidToText(const DeviceNode& node, TextWriter& out) {
  const auto acpi = node.As<abi::ACPI_HID_DEVICE_PATH>();
  if (!acpi) return false;
  const std::string_view name = NameOf(kDevices, acpi->HID);
  if (!name.empty()) {
    out.Put(name);
    out.Put(u'(');
  } else {
    out.Put("Acpi(");
    if ((acpi->HID & kVendorMask) == kPnpVendor) {
      PutEisaId(acpi->HID, out);
    } else {
      out.Put("0x");
      out.PutDigits(acpi->HID, 8);
    }
    out.Put(u',');
  }
  out.PutHex(acpi->UID);
  out.Put(u')');
  return true;
}

/// The strings after an extended node, empty where they are missing.
struct ExtendedStrings {
  Bytes hid, uid, cid;
};

Bytes TakeAsciiZ(Bytes& bytes) {
  const auto end = std::ranges::find(bytes, std::byte{0});
  const auto size = static_cast<size_t>(end - bytes.begin());
  const Bytes text = bytes.first(size);
  bytes = bytes.subspan(std::min(size + 1, bytes.size()));
  return text;
}

ExtendedStrings StringsOf(const DeviceNode& node) {
  Bytes rest = node.bytes().subspan(sizeof(abi::ACPI_EXTENDED_HID_DEVICE_PATH));
  ExtendedStrings strings;
  strings.hid = TakeAsciiZ(rest);
  strings.uid = TakeAsciiZ(rest);
  strings.cid = TakeAsciiZ(rest);
  return strings;
}

void PutIdOrString(uint32_t id, Bytes string, TextWriter& out) {
  if (id == 0 && !string.empty()) return out.PutAsciiZ(string);
  PutEisaId(id, out);
}

void PutUidOrString(uint32_t uid, Bytes string, TextWriter& out) {
  if (uid == 0 && !string.empty()) return out.PutAsciiZ(string);
  out.PutHex(uid);
}

void ExtendedForDisplay(const abi::ACPI_EXTENDED_HID_DEVICE_PATH& acpi,
                        const ExtendedStrings& strings,
                        TextWriter& out) {
  if (acpi.HID == kPcieRoot || acpi.CID == kPcieRoot) {
    out.Put("PcieRoot(");
  } else if (acpi.HID == kPciRoot || acpi.CID == kPciRoot) {
    out.Put("PciRoot(");
  } else {
    out.Put("AcpiEx(");
    PutIdOrString(acpi.HID, strings.hid, out);
    out.Put(u',');
    PutIdOrString(acpi.CID, strings.cid, out);
    out.Put(u',');
  }
  PutUidOrString(acpi.UID, strings.uid, out);
  out.Put(u')');
}

bool ExtendedToText(const DeviceNode& node,
                    TextOptions options,
                    TextWriter& out) {
  const auto acpi = node.As<abi::ACPI_EXTENDED_HID_DEVICE_PATH>();
  if (!acpi) return false;
  const ExtendedStrings strings = StringsOf(node);
  if (options.display_only) {
    ExtendedForDisplay(*acpi, strings, out);
    return true;
  }
  const bool only_uid_string =
      strings.hid.empty() && strings.cid.empty() && acpi->UID == 0;
  out.Put(only_uid_string ? "AcpiExp(" : "AcpiEx(");
  PutEisaId(acpi->HID, out);
  out.Put(u',');
  PutEisaId(acpi->CID, out);
  out.Put(u',');
  if (!only_uid_string) {
    out.PutHex(acpi->UID);
    out.Put(u',');
    out.PutAsciiZ(strings.hid);
    out.Put(u',');
    out.PutAsciiZ(strings.cid);
    out.Put(u',');
  }
  out.PutAsciiZ(strings.uid);
  out.Put(u')');
  return true;
}

bool AdrToText(const DeviceNode& node, TextWriter& out) {
  if (node.payload().size() < sizeof(Le32)) return false;
  out.Put("AcpiAdr");
  char16_t separator = u'(';
  ByteReader reader(node.payload());
  while (const auto address = reader.Read<Le32>()) {
    out.Put(separator);
    out.PutHex(*address);
    separator = u',';
  }
  out.Put(u')');
  return true;
}

bool ToText(const DeviceNode& node, TextOptions options, TextWriter& out) {
  if (node.Is(ACPI_DEVICE_PATH, abi::ACPI_DP)) return HidToText(node, out);
  if (node.Is(ACPI_DEVICE_PATH, abi::ACPI_EXTENDED_DP)) {
    return ExtendedToText(node, options, out);
  }
  if (node.Is(ACPI_DEVICE_PATH, kAdrSubtype)) return AdrToText(node, out);
  return false;
}

void PutHid(uint32_t hid, TextReader uid, PathWriter& out) {
  out.Append(abi::ACPI_HID_DEVICE_PATH{
      .Header = nodes::Header(ACPI_DEVICE_PATH, abi::ACPI_DP),
      .HID = hid,
      .UID = static_cast<uint32_t>(uid.Integer())});
}

/// What an extended node is made of, in the order of its text.
struct ExtendedText {
  TextReader hid, cid, uid, hid_string, cid_string, uid_string;
};

void PutExtended(const ExtendedText& text, PathWriter& out) {
  out.BeginNode(ACPI_DEVICE_PATH, abi::ACPI_EXTENDED_DP);
  out.Put(Le32(EisaId(text.hid)));
  out.Put(Le32(static_cast<uint32_t>(text.uid.Integer())));
  out.Put(Le32(EisaId(text.cid)));
  for (const TextReader string :
       {text.hid_string, text.uid_string, text.cid_string}) {
    PutAscii(string, out);
    out.Put(uint8_t{0});
  }
  out.EndNode();
}

bool FromText(TextReader name, Arguments arguments, PathWriter& out) {
  for (const Keyword& device : kDevices) {
    if (name.Is(device.name)) {
      PutHid(device.value, arguments.Next(), out);
      return true;
    }
  }
  if (name.Is("Acpi")) {
    const uint32_t hid = EisaId(arguments.Next());
    PutHid(hid, arguments.Next(), out);
    return true;
  }
  const TextReader nothing{{}};
  if (name.Is("AcpiEx")) {
    PutExtended({.hid = arguments.Next(),
                 .cid = arguments.Next(),
                 .uid = arguments.Next(),
                 .hid_string = arguments.Next(),
                 .cid_string = arguments.Next(),
                 .uid_string = arguments.Next()},
                out);
    return true;
  }
  if (name.Is("AcpiExp")) {
    PutExtended({.hid = arguments.Next(),
                 .cid = arguments.Next(),
                 .uid = nothing,
                 .hid_string = nothing,
                 .cid_string = nothing,
                 .uid_string = arguments.Next()},
                out);
    return true;
  }
  if (name.Is("AcpiAdr")) {
    out.BeginNode(ACPI_DEVICE_PATH, kAdrSubtype);
    do {
      out.Put(Le32(static_cast<uint32_t>(arguments.Next().Integer())));
    } while (!arguments.empty());
    out.EndNode();
    return true;
  }
  return false;
}

}  // namespace

constexpr NodeCodec kAcpiCodec{.to_text = ToText, .from_text = FromText};

}  // namespace flint::efi
