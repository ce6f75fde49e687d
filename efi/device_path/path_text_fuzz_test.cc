// SPDX-License-Identifier: Apache-2.0
// Any text as a path: its bytes must be a path that has a text.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "efi/device_path/path_text.h"

namespace {

using namespace flint;
using namespace flint::efi;

std::optional<std::vector<std::byte>> FromText(std::u16string_view text) {
  PathWriter counter{{}};
  PathFromText(text, counter);
  static_cast<void>(counter.Finish());
  if (!counter.representable()) return std::nullopt;
  std::vector<std::byte> bytes(counter.size_bytes());
  PathWriter writer(bytes);
  PathFromText(text, writer);
  const auto path = writer.Finish();
  if (!path) {
    // Generic nodes can spell an early end, or be of great length in total.
    return std::nullopt;
  }
  bytes.resize(path->size_bytes());
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<char16_t> text(size / sizeof(char16_t));
  if (!text.empty()) {
    std::memcpy(text.data(), data, text.size() * sizeof(char16_t));
  }
  const auto bytes = FromText({text.data(), text.size()});
  if (!bytes) return 0;
  const auto path = DevicePath::Parse(*bytes);
  if (!path) __builtin_trap();
  TextWriter counter{{}};
  PathToText(*path, {}, counter);
  return 0;
}
