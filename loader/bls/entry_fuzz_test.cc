// SPDX-License-Identifier: Apache-2.0
// The input's first line is a file name, the rest the entry's text.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "loader/bls/entry.h"
#include "platforms/base/bytes.h"
#include "platforms/base/check.h"

namespace {

std::array<std::byte, 80 << 10> g_memory;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flint;
  std::string_view text = AsText(std::as_bytes(std::span(data, size)));
  text = text.substr(0, bls::kMaxTextSizeBytes);
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view name = text.substr(0, end);
  Arena arena(g_memory);

  const auto entry =
      bls::ParseEntry(name, text.substr(end), bls::Architecture::kX64, arena);

  FLINT_CHECK(entry.has_value(), "the arena is large enough for any entry");
  FLINT_CHECK(entry->obstacle || entry->linux.empty() != entry->program.empty(),
              "nothing to boot, or two things");
  FLINT_CHECK(entry->options.size() <= text.size(), "options grew");
  for (const std::string_view path : entry->initrds) {
    FLINT_CHECK(!path.empty(), "empty path");
  }
  FLINT_CHECK(
      bls::CompareForMenu(entry->sort_fields(), entry->sort_fields()) == 0,
      "not equal to itself");
  return 0;
}
