// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "platforms/base/guest_memory.h"
#include "platforms/runtime/image_layout.h"

namespace flint::runtime {

/// Follows the chain of frame pointers that starts with `frame_pointer` and
/// writes the return addresses, innermost first, to `out`; returns how many.
///
/// Made for stacks that may be ruined: stops at a frame that is not within
/// `stack`, not aligned, or not above the one before, at a return address
/// outside `text`, and when `out` is full. Reads nothing outside `stack`.
size_t WalkFrames(GuestMemory& memory,
                  uint64_t frame_pointer,
                  const AddressRange& stack,
                  const AddressRange& text,
                  std::span<uint64_t> out);

}  // namespace flint::runtime
