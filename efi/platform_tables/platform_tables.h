// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "boot/memory/memory_map.h"
#include "efi/tables/system_tables.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Where the VMM's tables are looked for, and told of.
struct PlatformTablesParts {
  SystemTables& tables;
  memory::MemoryMap& map;
  GuestMemory& memory;
};

/// Installs what the VMM made for operating systems as configuration tables:
/// ACPI, whose root pointer is at `rsdp_address` (or searched for, if that is
/// 0), and SMBIOS, which is searched for. What there is none of is left out.
/// Where SMBIOS lies in what the map calls free RAM, it is not free any more.
///
/// kNoMemory if there is no room for them. [uefi-2.10 4.6, 2.3.4]
Status InstallPlatformTables(const PlatformTablesParts& parts,
                             uint64_t rsdp_address);

}  // namespace flint::efi
