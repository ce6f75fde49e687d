// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string_view>
#include <type_traits>
#include <utility>

#include "platforms/base/result.h"

namespace flint {

/// Why something could not be booted, and which file it is about.
struct Failure {
  Failure(Error failure)  // NOLINT(google-explicit-constructor)
      : error(failure) {}
  Failure(Error failure, std::string_view file) : error(failure), path(file) {}

  Error error;
  /// The file concerned; empty if it is not about one.
  std::string_view path;
};

/// `result`, a failure being about the file at `path`.
template <typename T>
std::expected<T, Failure> About(std::string_view path, Result<T> result) {
  if (!result) return std::unexpected(Failure(result.error(), path));
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *std::move(result);
  }
}

}  // namespace flint
