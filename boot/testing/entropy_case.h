// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "boot/memory/page_allocator.h"
#include "drivers/io/cpu.h"
#include "drivers/io/device_mapper.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// Fills `out` from the virtio entropy device, and stops it.
Status UseEntropyDevice(io::Cpu& processor,
                        GuestMemory& memory,
                        memory::PageAllocator& pages,
                        io::DeviceMapper& mapper,
                        MutableBytes out);

}  // namespace flint::boot
