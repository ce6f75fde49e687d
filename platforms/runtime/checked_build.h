// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace flint::runtime {

/// Whether the compiler checks this image's behaviour (--config=guest_checked,
/// `firmware_image(checked = True)`): the stack has a canary, and what would be
/// undefined behaviour ends in an invalid instruction that says what it was.
#ifdef FLINT_CHECKED
inline constexpr bool kCheckedBuild = true;
#else
inline constexpr bool kCheckedBuild = false;
#endif

}  // namespace flint::runtime
