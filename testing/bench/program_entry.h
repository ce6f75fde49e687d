// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace flint::bench {

/// The first bytes of code that the PE program at `path` executes: by them it
/// is known, wherever a firmware puts it. NotFound; InvalidArgument: it is no
/// such program.
absl::StatusOr<std::string> ReadPeEntry(const std::string& path);

/// The same of a Linux kernel's 64-bit entry, which every way of starting one
/// comes to. [linux-boot]
absl::StatusOr<std::string> ReadKernelEntry(const std::string& path);

}  // namespace flint::bench
