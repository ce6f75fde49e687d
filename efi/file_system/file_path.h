// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "efi/abi/types.h"
#include "efi/memory/pool_array.h"
#include "efi/memory/pool_services.h"

namespace flint::efi {

/// A UTF-16 text as UTF-8, in pool memory while this lives.
class Utf8Text final {
 public:
  Utf8Text(PoolServices& pool, std::span<const abi::CHAR16> text);

  /// False if there was no memory.
  bool valid() const { return view_.has_value(); }
  std::string_view view() const { return *view_; }

 private:
  PoolArray<char> storage_;
  std::optional<std::string_view> view_;
};

/// A path taken apart: "\a\b\c\" is "\a\b\" and "c".
struct PathParts {
  std::string_view directory;
  std::string_view name;  // empty: the path has no names
};
PathParts SplitPath(std::string_view path);

constexpr bool IsSeparator(char c) { return c == '\\' || c == '/'; }

}  // namespace flint::efi
