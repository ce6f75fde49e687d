// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "boot/cpu/exception_frame.h"
#include "platforms/base/guest_memory.h"
#include "platforms/runtime/image_layout.h"
#include "platforms/runtime/panic_sink.h"

namespace flint::cpu {

/// Says what was wrong, if the exception comes from the instruction that Clang
/// ends a program with where one of its checks failed (-fsanitize-trap):
/// "check of the compiler failed: array index out of bounds". Writes nothing
/// for other exceptions, and for those outside of `text`, our own code.
void WriteTrapReport(const ExceptionFrame& frame,
                     const runtime::AddressRange& text,
                     GuestMemory& memory,
                     runtime::PanicSink& out);

}  // namespace flint::cpu
