// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace flint::bls {

/// What `/loader/loader.conf` says. Views lie in the text it was parsed from.
struct LoaderConfig {
  /// Glob for the entry to boot first; empty if there is none we can follow.
  /// "@saved" and "auto-..." name things that a direct boot does not have.
  std::string_view default_pattern;

  /// How long a menu is to be shown, in seconds; absent if not said.
  /// "menu-force" is UINT32_MAX, "menu-hidden" and "menu-disabled" are 0.
  std::optional<uint32_t> timeout_seconds;
};

/// Reads the keys above and ignores all others; where a key is repeated the
/// last one counts. Never fails: a file that makes no sense says nothing.
LoaderConfig ParseLoaderConfig(std::string_view text);

}  // namespace flint::bls
