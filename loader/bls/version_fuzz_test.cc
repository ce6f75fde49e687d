// SPDX-License-Identifier: Apache-2.0
// Compares every pair of the input's lines, and checks that it is an order.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "loader/bls/version.h"
#include "platforms/base/bytes.h"
#include "platforms/base/check.h"

namespace flint::bls {
namespace {

constexpr size_t kMaxLines = 8;

size_t Split(std::string_view text,
             std::array<std::string_view, kMaxLines>& lines) {
  size_t count = 0;
  while (count < kMaxLines) {
    const size_t end = text.find('\n');
    lines[count++] = text.substr(0, end);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return count;
}

void CheckOrder(std::span<const std::string_view> lines) {
  for (const std::string_view a : lines) {
    FLINT_CHECK(CompareVersions(a, a) == 0, "not reflexive");
    for (const std::string_view b : lines) {
      const auto order = CompareVersions(a, b);
      FLINT_CHECK(order == (0 <=> CompareVersions(b, a)), "not symmetric");
      for (const std::string_view c : lines) {
        // At most as new as b, which is at most as new as c.
        if (order <= 0 && CompareVersions(b, c) <= 0) {
          FLINT_CHECK(CompareVersions(a, c) <= 0, "not transitive");
        }
      }
    }
  }
}

}  // namespace
}  // namespace flint::bls

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text =
      flint::AsText(std::as_bytes(std::span(data, size)));
  std::array<std::string_view, flint::bls::kMaxLines> lines;
  const size_t count = flint::bls::Split(text, lines);
  flint::bls::CheckOrder(std::span(lines).first(count));
  return 0;
}
