// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/loader_config.h"

#include <algorithm>

#include "loader/bls/lines.h"

namespace flint::bls {
namespace {

std::optional<uint32_t> ParseTimeout(std::string_view value) {
  if (value == "menu-force") return UINT32_MAX;
  if (value == "menu-hidden" || value == "menu-disabled") return 0;
  if (value.empty()) return std::nullopt;
  uint32_t seconds = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return std::nullopt;
    if (__builtin_mul_overflow(seconds, 10U, &seconds) ||
        __builtin_add_overflow(
            seconds, static_cast<uint32_t>(c - '0'), &seconds)) {
      return std::nullopt;
    }
  }
  return seconds;
}

/// "@saved" and "auto-windows" name what other loaders keep or find.
bool IsForeignPattern(std::string_view pattern) {
  return pattern.starts_with('@') || pattern.starts_with("auto-");
}

}  // namespace

LoaderConfig ParseLoaderConfig(std::string_view text) {
  LoaderConfig config;
  LineReader lines(text);
  while (const std::optional<Line> line = lines.Next()) {
    if (line->key == "default") {
      config.default_pattern =
          IsForeignPattern(line->value) ? std::string_view() : line->value;
    } else if (line->key == "timeout") {
      config.timeout_seconds = ParseTimeout(line->value);
    }
  }
  return config;
}

}  // namespace flint::bls
