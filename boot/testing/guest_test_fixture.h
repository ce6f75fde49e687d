// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "testing/qemu/machine.h"

namespace flint::boot {

/// All that a guest of this package says until it ends: `image`, say
/// "guest.elf", as `command` tells it. The test has failed if the guest does
/// not end itself.
std::string RunImage(qemu::Machine machine,
                     std::string_view image,
                     const std::string& command);

}  // namespace flint::boot
