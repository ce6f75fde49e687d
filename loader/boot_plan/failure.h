// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

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

}  // namespace flint
