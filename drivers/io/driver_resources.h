// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "boot/memory/page_allocator.h"
#include "drivers/clock/clock.h"
#include "platforms/base/arena.h"
#include "platforms/base/guest_memory.h"

namespace flint::io {

/// What the driver of a device stands on. All must outlive the driver.
struct DriverResources {
  clock::Clock& clock;
  GuestMemory& memory;
  /// For the memory a device is given.
  memory::PageAllocator& pages;
  /// For the driver's own.
  Arena& arena;
};

}  // namespace flint::io
