// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace flint {

/// Ends the program for a mistake of our own, telling why. In the guest it
/// prints and halts (`platforms/runtime`), on the host it aborts.
[[noreturn]] void Panic(std::string_view message);

}  // namespace flint
