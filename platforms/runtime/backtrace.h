// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "platforms/base/guest_memory.h"
#include "platforms/runtime/image_layout.h"
#include "platforms/runtime/panic_sink.h"

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

/// Writes the return addresses of at most 24 frames as a line: "called from:
/// 20023b 200c45".
void WriteBacktrace(GuestMemory& memory,
                    uint64_t frame_pointer,
                    const AddressRange& stack,
                    const AddressRange& text,
                    PanicSink& out);

}  // namespace flint::runtime
