// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace flint::boot {

/// What the firmware calls itself.
inline constexpr std::string_view kProduct = "Flint 0.1.0";

}  // namespace flint::boot
