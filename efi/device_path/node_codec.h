// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "efi/device_path/device_path.h"
#include "efi/device_path/path_writer.h"
#include "efi/device_path/text.h"

/// The nodes whose text is more than a list of fields. Each codec knows a
/// family of nodes and both directions of their conversion, and returns false,
/// having written nothing, for what is not of its family - or is too short to
/// be. [uefi-2.10 10.6.1.6]
namespace flint::efi {

/// How text is wanted. [uefi-2.10 10.6.2]
struct TextOptions {
  /// The shorter form, which need not be convertible back.
  bool display_only;
  /// Names for nodes of which the type alone does not tell what they are.
  bool allow_shortcuts;
};

struct NodeCodec {
  bool (*to_text)(const DeviceNode& node, TextOptions options, TextWriter& out);
  bool (*from_text)(TextReader name, Arguments arguments, PathWriter& out);
};

extern const NodeCodec kAcpiCodec;     // Acpi PciRoot ... AcpiEx AcpiAdr
extern const NodeCodec kVendorCodec;   // VenHw VenMsg VenMedia and shortcuts
extern const NodeCodec kStorageCodec;  // Ata SAS SasEx iSCSI
extern const NodeCodec kUsbCodec;      // UsbWwid UsbHID ...
extern const NodeCodec kNetworkCodec;  // MAC IPv4 IPv6 Uri Dns Wi-Fi
extern const NodeCodec kUartCodec;     // Uart
extern const NodeCodec kMediaCodec;    // HD, file paths, RAM disks, BBS
extern const NodeCodec kGenericCodec;  // everything, as Path(...)

/// A keyword and the number it stands for.
struct Keyword {
  std::string_view name;
  uint32_t value;
};

/// The keyword's name, or empty if the value has none.
constexpr std::string_view NameOf(std::span<const Keyword> keywords,
                                  uint32_t value) {
  for (const Keyword& keyword : keywords) {
    if (keyword.value == value) return keyword.name;
  }
  return {};
}

/// Writes the keyword for the value, or the number.
inline void PutKeywordOrHex(std::span<const Keyword> keywords,
                            uint32_t value,
                            TextWriter& out) {
  const std::string_view name = NameOf(keywords, value);
  if (name.empty()) return out.PutHex(value);
  out.Put(name);
}

/// The value of a keyword, or of a number.
inline uint32_t KeywordOrInteger(std::span<const Keyword> keywords,
                                 TextReader text) {
  for (const Keyword& keyword : keywords) {
    if (text.Is(keyword.name)) return keyword.value;
  }
  return static_cast<uint32_t>(text.Integer());
}

/// Adds the text as ASCII, without terminator.
inline void PutAscii(TextReader text, PathWriter& out) {
  for (const char16_t unit : text.text()) {
    const auto byte = static_cast<uint8_t>(unit < 0x80 ? unit : u'?');
    out.Put(byte);
  }
}

/// Adds the bytes that pairs of digits stand for.
inline void PutHexBytes(TextReader digits, PathWriter& out) {
  for (std::u16string_view rest = digits.text(); !rest.empty();
       rest.remove_prefix(std::min<size_t>(2, rest.size()))) {
    out.Put(static_cast<uint8_t>(TextReader(rest.substr(0, 2)).HexDigits()));
  }
}

}  // namespace flint::efi
