// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/fw_cfg/fw_cfg.h"
#include "platforms/base/result.h"

namespace flint::platform {

/// What a VMM wants its firmware to know of the machine. [fw-cfg]
struct VmmHints {
  uint16_t processor_count = 1;
  /// Where addresses above RAM, and above room for more RAM, begin; 0 if
  /// nothing is said.
  uint64_t reserved_memory_end = 0;
  uint64_t extra_pci_roots = 0;
  /// Of the MSR of that name; 0 if it is not to be written.
  uint64_t feature_control = 0;
  bool has_table_loader = false;
  /// Of size 0 if it is not there.
  fw_cfg::File smbios_entry_point;
  fw_cfg::File smbios_structures;
};

/// Reads them in one pass over the directory. Fails as `FwCfg`.
Result<VmmHints> ReadHints(fw_cfg::FwCfg& files);

}  // namespace flint::platform
