// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "boot/memory/memory_map.h"
#include "boot/paging/page_tables.h"
#include "platforms/base/result.h"
#include "platforms/runtime/image_layout.h"

namespace flint::paging {

/// Identity-maps what the firmware works with: all RAM and ACPI tables,
/// writable and not executable; of our image, text read-execute, read-only data
/// read-only, and the stack's guard not at all; nor page 0.
///
/// Reserved ranges and devices are mapped on demand: `MappedMemory`,
/// `DeviceWindows`. Errors are those of `PageTables`.
Status MapAddressSpace(PageTables& tables,
                       const memory::MemoryMap& map,
                       const runtime::ImageLayout& image);

}  // namespace flint::paging
