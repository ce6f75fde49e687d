// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace flint::images {

/// What a program said on its standard output and error, and its exit status.
struct Outcome {
  int status;
  std::string output;
};

/// Runs a program of @host_tools, which must be `data` of the test, with
/// arguments as the shell takes them.
Outcome RunTool(std::string_view tool, std::string_view arguments);

}  // namespace flint::images
