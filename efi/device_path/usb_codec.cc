// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "efi/device_path/node_codec.h"
#include "efi/device_path/nodes.h"

namespace flint::efi {
namespace {

using abi::MESSAGING_DEVICE_PATH;
using abi::USB_CLASS_DEVICE_PATH;

/// The serial number, UTF-16 without terminator, follows.
/// [uefi-2.10 10.3.4.7]
constexpr uint8_t kWwidSubtype = 16;
struct WwidNode {
  abi::EFI_DEVICE_PATH_PROTOCOL header;
  Le16 interface_number;
  Le16 vendor_id;
  Le16 product_id;
};
static_assert(sizeof(WwidNode) == 10);

/// Classes with names of their own; all other classes are a `UsbClass`.
constexpr std::array<Keyword, 12> kClasses{{
    {"UsbAudio", 1},
    {"UsbCDCControl", 2},
    {"UsbHID", 3},
    {"UsbImage", 6},
    {"UsbPrinter", 7},
    {"UsbMassStorage", 8},
    {"UsbHub", 9},
    {"UsbCDCData", 10},
    {"UsbSmartCard", 11},
    {"UsbVideo", 14},
    {"UsbDiagnostic", 220},
    {"UsbWireless", 224},
}};

/// The class of which the subclasses have names.
constexpr uint8_t kApplicationSpecific = 254;
constexpr std::array<Keyword, 3> kSubclasses{{
    {"UsbDeviceFirmwareUpdate", 1},
    {"UsbIrdaBridge", 2},
    {"UsbTestAndMeasurement", 3},
}};

bool WwidToText(const DeviceNode& node, TextWriter& out) {
  const auto wwid = node.As<WwidNode>();
  if (!wwid) return false;
  out.Put("UsbWwid(");
  for (const uint16_t field :
       {wwid->vendor_id, wwid->product_id, wwid->interface_number}) {
    out.PutHex(field);
    out.Put(u',');
  }
  out.Put(u'"');
  out.PutUtf16Z(node.bytes().subspan(sizeof(WwidNode)));
  out.Put("\")");
  return true;
}

bool ClassToText(const DeviceNode& node, TextWriter& out) {
  const auto usb = node.As<USB_CLASS_DEVICE_PATH>();
  if (!usb) return false;
  const bool by_subclass = usb->DeviceClass == kApplicationSpecific;
  const std::string_view name = by_subclass
                                    ? NameOf(kSubclasses, usb->DeviceSubClass)
                                    : NameOf(kClasses, usb->DeviceClass);
  if (name.empty()) return false;
  out.Put(name);
  out.Put(u'(');
  out.PutHex(usb->VendorId);
  out.Put(u',');
  out.PutHex(usb->ProductId);
  out.Put(u',');
  if (!by_subclass) {
    out.PutHex(usb->DeviceSubClass);
    out.Put(u',');
  }
  out.PutHex(usb->DeviceProtocol);
  out.Put(u')');
  return true;
}

bool ToText(const DeviceNode& node, TextOptions, TextWriter& out) {
  if (node.Is(MESSAGING_DEVICE_PATH, kWwidSubtype)) {
    return WwidToText(node, out);
  }
  return node.Is(MESSAGING_DEVICE_PATH, abi::MSG_USB_CLASS_DP) &&
         ClassToText(node, out);
}

void WwidFromText(Arguments arguments, PathWriter& out) {
  WwidNode wwid{};
  wwid.vendor_id = static_cast<uint16_t>(arguments.Next().Integer());
  wwid.product_id = static_cast<uint16_t>(arguments.Next().Integer());
  wwid.interface_number = static_cast<uint16_t>(arguments.Next().Integer());
  out.BeginNode(MESSAGING_DEVICE_PATH, kWwidSubtype);
  out.Put(DeviceNode(AsBytes(wwid)).payload());
  for (const char16_t unit : arguments.Next().text()) out.Put(Le16(unit));
  out.EndNode();
}

bool FromText(TextReader name, Arguments arguments, PathWriter& out) {
  if (name.Is("UsbWwid")) {
    WwidFromText(arguments, out);
    return true;
  }
  const auto is_named = [name](const Keyword& word) {
    return name.Is(word.name);
  };
  const auto by_class = std::ranges::find_if(kClasses, is_named);
  const auto by_subclass = std::ranges::find_if(kSubclasses, is_named);
  if (by_class == kClasses.end() && by_subclass == kSubclasses.end()) {
    return false;
  }
  USB_CLASS_DEVICE_PATH usb{};
  usb.Header = nodes::Header(MESSAGING_DEVICE_PATH, abi::MSG_USB_CLASS_DP);
  usb.VendorId = static_cast<uint16_t>(arguments.Next().Integer());
  usb.ProductId = static_cast<uint16_t>(arguments.Next().Integer());
  if (by_subclass != kSubclasses.end()) {
    usb.DeviceClass = kApplicationSpecific;
    usb.DeviceSubClass = static_cast<uint8_t>(by_subclass->value);
  } else {
    usb.DeviceClass = static_cast<uint8_t>(by_class->value);
    usb.DeviceSubClass = static_cast<uint8_t>(arguments.Next().Integer());
  }
  usb.DeviceProtocol = static_cast<uint8_t>(arguments.Next().Integer());
  out.Append(usb);
  return true;
}

}  // namespace

constexpr NodeCodec kUsbCodec{.to_text = ToText, .from_text = FromText};

}  // namespace flint::efi
