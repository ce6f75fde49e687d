// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "efi/device_path/node_codec.h"

namespace flint::efi {
namespace {

/// What a node of unknown subtype is called.
constexpr std::array<Keyword, 5> kTypes{{
    {"HardwarePath", abi::HARDWARE_DEVICE_PATH},
    {"AcpiPath", abi::ACPI_DEVICE_PATH},
    {"Msg", abi::MESSAGING_DEVICE_PATH},
    {"MediaPath", abi::MEDIA_DEVICE_PATH},
    {"BbsPath", abi::BBS_DEVICE_PATH},
}};

bool ToText(const DeviceNode& node, TextOptions, TextWriter& out) {
  const std::string_view name = NameOf(kTypes, node.type());
  if (name.empty()) {
    out.Put("Path(");
    out.PutDecimal(node.type());
    out.Put(u',');
  } else {
    out.Put(name);
    out.Put(u'(');
  }
  out.PutDecimal(node.subtype());
  if (!node.payload().empty()) out.Put(u',');
  out.PutBytes(node.payload());
  out.Put(u')');
  return true;
}

bool FromText(TextReader name, Arguments arguments, PathWriter& out) {
  uint8_t type = 0;
  for (const Keyword& keyword : kTypes) {
    if (name.Is(keyword.name)) type = static_cast<uint8_t>(keyword.value);
  }
  if (name.Is("Path")) {
    type = static_cast<uint8_t>(arguments.Next().Integer());
  } else if (type == 0) {
    return false;
  }
  out.BeginNode(type, static_cast<uint8_t>(arguments.Next().Integer()));
  PutHexBytes(arguments.Next(), out);
  out.EndNode();
  return true;
}

}  // namespace

constexpr NodeCodec kGenericCodec{.to_text = ToText, .from_text = FromText};

}  // namespace flint::efi
