// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace flint::bls {

/// What an os-release file says that names and orders a boot entry. Views lie
/// in the text it was parsed from; what the file does not say is empty.
struct OsRelease {
  std::string_view id = {};
  std::string_view image_id = {};
  std::string_view name = {};
  std::string_view pretty_name = {};
  std::string_view image_version = {};
  std::string_view version = {};
  std::string_view version_id = {};
  std::string_view build_id = {};

  /// The first that is there, of the most telling names.
  std::string_view title() const;
  std::string_view sort_key() const { return image_id.empty() ? id : image_id; }
  /// The first that is there, of the most exact versions.
  std::string_view best_version() const;
};

/// Reads the fields above, and ignores all others; where one is repeated the
/// last one counts. Never fails: a line that makes no sense says nothing.
///
/// Values are quoted as for a shell, and unquoted in place: `text` is altered.
OsRelease ParseOsRelease(std::span<char> text);

}  // namespace flint::bls
