// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "efi/runtime/handoff.h"
#include "platforms/base/bytes.h"

namespace flint::efi {

/// Moves the addresses in a runtime driver's image from `driver.address` to
/// `new_address`, as its base relocations tell. Those that no longer point into
/// the image were converted by the driver itself, and stay. Relocations are
/// hostile: what they place outside of `image` is left out. [pe 6.6]
void RelocateDriver(const RuntimeDriver& driver,
                    MutableBytes image,
                    uint64_t new_address);

}  // namespace flint::efi
