// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/fw_cfg/fw_cfg.h"
#include "platforms/base/arena.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::acpi_loader {

/// Where tables may go. What is handed out stays with the operating system.
class TableMemory {
 public:
  virtual ~TableMemory() = default;

  /// An address below 4 GiB. `alignment` is a power of two. kNoMemory.
  virtual Result<uint64_t> AllocateHigh(uint64_t size_bytes,
                                        uint64_t alignment) = 0;
  /// An address where operating systems search for the root pointer, below
  /// 1 MiB. kNoMemory.
  virtual Result<uint64_t> AllocateFSegment(uint64_t size_bytes,
                                            uint64_t alignment) = 0;
};

/// Puts the VMM's ACPI tables into memory, as its script `etc/table-loader`
/// says, and returns the root pointer's address; 0 if the script loads no file
/// of that name. `memory` gives access to what `tables` hands out; devices
/// reach it, and that of `arena`.
///
/// The script is believed in nothing: every name, offset and size is checked
/// against the files. kNotFound if there is none; kCorrupt if it contradicts
/// itself or the files; kUnsupported if it is beyond reason; kNoMemory; or as
/// `FwCfg`. Nothing is written back to the VMM unless all else went well.
Result<uint64_t> LoadTables(fw_cfg::FwCfg& files,
                            TableMemory& tables,
                            GuestMemory& memory,
                            Arena& arena);

}  // namespace flint::acpi_loader
