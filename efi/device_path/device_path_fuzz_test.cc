// SPDX-License-Identifier: Apache-2.0
// Any bytes as a path: to text in all ways, and its text back.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "efi/device_path/path_text.h"

namespace {

using namespace flint;
using namespace flint::efi;

std::vector<char16_t> ToText(const DevicePath& path, TextOptions options) {
  TextWriter counter{{}};
  PathToText(path, options, counter);
  std::vector<char16_t> text(counter.size());
  TextWriter writer(text);
  PathToText(path, options, writer);
  if (writer.size() != text.size()) __builtin_trap();
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto path = DevicePath::Parse(std::as_bytes(std::span(data, size)));
  if (!path) return 0;
  if (DevicePath::At(path->abi_pointer())->size_bytes() != path->size_bytes()) {
    __builtin_trap();
  }
  for (const unsigned choice : {0u, 1u, 2u, 3u}) {
    const std::vector<char16_t> text =
        ToText(*path,
               {.display_only = (choice & 1) != 0,
                .allow_shortcuts = (choice & 2) != 0});
    PathWriter counter{{}};
    PathFromText({text.data(), text.size()}, counter);
  }
  return 0;
}
