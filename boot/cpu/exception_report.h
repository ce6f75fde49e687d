// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "boot/cpu/exception_frame.h"
#include "platforms/base/guest_memory.h"
#include "platforms/runtime/image_layout.h"
#include "platforms/runtime/panic_sink.h"

namespace flint::cpu {

/// Writes what a person needs to find the mistake: which exception, where, what
/// was accessed, all registers, and who called. Believes nothing but the frame
/// itself; the stack is read through `memory`, within the image's bounds.
void WriteExceptionReport(const ExceptionFrame& frame,
                          const ControlRegisters& control,
                          const runtime::ImageLayout& image,
                          GuestMemory& memory,
                          runtime::PanicSink& out);

}  // namespace flint::cpu
