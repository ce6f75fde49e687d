// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/os_release.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace flint::bls {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Removes quotes and backslashes, moving the rest together at the front of
/// `value`, whose first byte is `storage`'s.
std::string_view Unquote(std::span<char> storage) {
  char quote = '\0';
  size_t size = 0;
  for (size_t i = 0; i < storage.size(); ++i) {
    const char c = storage[i];
    if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '\\' && quote != '\'' && i + 1 < storage.size()) {
      storage[size++] = storage[++i];
    } else {
      storage[size++] = c;
    }
  }
  return {storage.data(), size};
}

std::string_view FirstOf(std::initializer_list<std::string_view> values) {
  for (const std::string_view value : values) {
    if (!value.empty()) return value;
  }
  return {};
}

void ParseLine(std::span<char> line, OsRelease& release) {
  const std::array<std::pair<std::string_view, std::string_view*>, 8> keys{{
      {"ID", &release.id},
      {"IMAGE_ID", &release.image_id},
      {"NAME", &release.name},
      {"PRETTY_NAME", &release.pretty_name},
      {"IMAGE_VERSION", &release.image_version},
      {"VERSION", &release.version},
      {"VERSION_ID", &release.version_id},
      {"BUILD_ID", &release.build_id},
  }};
  const std::string_view text(line.data(), line.size());
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return;
  const std::string_view key = Trim(text.substr(0, equals));
  const std::string_view value = Trim(text.substr(equals + 1));
  for (const auto& [name, field] : keys) {
    if (key != name) continue;
    const auto start = static_cast<size_t>(value.data() - text.data());
    *field = value.empty() ? value : Unquote(line.subspan(start, value.size()));
  }
}

}  // namespace

std::string_view OsRelease::title() const {
  return FirstOf({pretty_name, image_id, name, id});
}

std::string_view OsRelease::best_version() const {
  return FirstOf({image_version, version, version_id, build_id});
}

OsRelease ParseOsRelease(std::span<char> text) {
  OsRelease release;
  while (!text.empty()) {
    const auto end = std::ranges::find(text, '\n');
    const auto size = static_cast<size_t>(end - text.begin());
    ParseLine(text.first(size), release);
    text = text.subspan(std::min(size + 1, text.size()));
  }
  return release;
}

}  // namespace flint::bls
