// SPDX-License-Identifier: Apache-2.0
#include "efi/device_path/path_text.h"

#include <algorithm>
#include <array>

#include "efi/device_path/node_table.h"

namespace flint::efi {
namespace {

constexpr std::array kCodecs{
    &kAcpiCodec,
    &kVendorCodec,
    &kStorageCodec,
    &kUsbCodec,
    &kNetworkCodec,
    &kUartCodec,
    &kMediaCodec,
};

/// Takes the text of one node off `rest`, up to a '/' or ',' that stands
/// neither within brackets nor quotes, which is left.
std::u16string_view TakeNode(std::u16string_view& rest) {
  size_t depth = 0;
  bool quoted = false;
  size_t size = 0;
  for (; size < rest.size(); ++size) {
    const char16_t unit = rest[size];
    if (unit == u'"') quoted = !quoted;
    if (quoted) continue;
    if (unit == u'(') ++depth;
    if (unit == u')' && depth > 0) --depth;
    if (depth == 0 && (unit == u'/' || unit == u',')) break;
  }
  const std::u16string_view node = rest.substr(0, size);
  rest.remove_prefix(size);
  return node;
}

}  // namespace

void NodeToText(const DeviceNode& node, TextOptions options, TextWriter& out) {
  for (const NodeCodec* codec : kCodecs) {
    if (codec->to_text(node, options, out)) return;
  }
  if (const NodeFormat* format = FindFormat(node)) {
    return FieldsToText(*format, node, options.display_only, out);
  }
  kGenericCodec.to_text(node, options, out);
}

void PathToText(const DevicePath& path, TextOptions options, TextWriter& out) {
  bool first = true;
  for (const DeviceNode node : path) {
    if (node.is_end_instance()) {
      out.Put(u',');
      first = true;
      continue;
    }
    if (!first) out.Put(u'/');
    first = false;
    NodeToText(node, options, out);
  }
}

void NodeFromText(std::u16string_view text, PathWriter& out) {
  const size_t bracket = text.find(u'(');
  if (bracket != std::u16string_view::npos && text.back() == u')') {
    const TextReader name(text.substr(0, bracket));
    const Arguments arguments(
        text.substr(bracket + 1, text.size() - bracket - 2));
    for (const NodeCodec* codec : kCodecs) {
      if (codec->from_text(name, arguments, out)) return;
    }
    if (const NodeFormat* format = FindFormat(name)) {
      return FieldsFromText(*format, arguments, out);
    }
    if (kGenericCodec.from_text(name, arguments, out)) return;
  }
  out.AppendFilePath(text);
}

void PathFromText(std::u16string_view text, PathWriter& out) {
  while (!text.empty()) {
    if (text.front() == u'/') {
      text.remove_prefix(1);
      continue;
    }
    if (text.front() == u',') {
      out.EndInstance();
      text.remove_prefix(1);
      continue;
    }
    NodeFromText(TakeNode(text), out);
  }
}

}  // namespace flint::efi
