// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "boot/cpu/exception_frame.h"
#include "platforms/base/guest_memory.h"
#include "platforms/runtime/address_names.h"
#include "platforms/runtime/image_layout.h"
#include "platforms/runtime/panic_sink.h"

namespace flint::cpu {

/// What a report goes by, beside the processor's state.
struct ReportSources {
  const runtime::ImageLayout& image;
  GuestMemory& memory;
  /// The programs that we have loaded; null if there are none.
  const runtime::AddressNames* names = nullptr;
};

/// Writes what a person needs to find the mistake: which exception, in which
/// program, what was accessed, all registers, and who called. Believes nothing
/// but the frame itself; the stack is read within the image's bounds, which
/// programs run on as well.
void WriteExceptionReport(const ExceptionFrame& frame,
                          const ControlRegisters& control,
                          const ReportSources& sources,
                          runtime::PanicSink& out);

}  // namespace flint::cpu
