// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "boot/memory/page_allocator.h"
#include "drivers/clock/clock.h"
#include "drivers/io/cpu.h"
#include "drivers/io/device_mapper.h"
#include "drivers/mtrr/mtrr.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::processors {

/// What it takes to reach the other processors.
struct Parts {
  io::Cpu& cpu;
  io::DeviceMapper& mapper;
  clock::Clock& clock;
  memory::PageAllocator& pages;
  GuestMemory& memory;
  /// The code they run: `Trampoline()`.
  Bytes trampoline;
};

/// Has all other processors, `count` of them, write `msrs`, and parks them:
/// operating systems expect all processors to have the same memory types. They
/// run all at once.
///
/// The page they are parked in, below 1 MiB, stays allocated. kUnsupported
/// without a local APIC; kNoMemory without such a page; kTimedOut if not all
/// are there within a second: nobody may use the page from then on.
Status Park(const Parts& parts,
            uint16_t count,
            std::span<const mtrr::MsrValue> msrs);

}  // namespace flint::processors
