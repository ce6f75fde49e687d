// SPDX-License-Identifier: Apache-2.0
#include "boot/platform/vmm_hints.h"

#include <span>
#include <string_view>

#include "drivers/fw_cfg/fw_cfg_format.h"
#include "platforms/base/endian.h"
#include "platforms/base/log.h"

namespace flint::platform {
namespace {

/// Numbers are files of 8 bytes, little-endian.
void ReadNumber(fw_cfg::FwCfg& files, const fw_cfg::File& file, uint64_t& out) {
  Le64 value;
  const Status read =
      files.Read(file, 0, std::as_writable_bytes(std::span(&value, 1)));
  if (read) {
    out = value;
  } else {
    log::Warning("the VMM's file {}: {}", file.name.view(), read.error());
  }
}

}  // namespace

Result<VmmHints> ReadHints(fw_cfg::FwCfg& files) {
  VmmHints hints;
  Le16 processor_count;
  TRY(files.ReadItem(fw_cfg::kCpuCountKey,
                     0,
                     std::as_writable_bytes(std::span(&processor_count, 1))));
  hints.processor_count = processor_count;
  TRY(files.ForEachFile([&](const fw_cfg::File& file) {
    const std::string_view name = file.name.view();
    if (name == "etc/reserved-memory-end") {
      ReadNumber(files, file, hints.reserved_memory_end);
    } else if (name == "etc/extra-pci-roots") {
      ReadNumber(files, file, hints.extra_pci_roots);
    } else if (name == "etc/msr_feature_control") {
      ReadNumber(files, file, hints.feature_control);
    } else if (name == "etc/table-loader") {
      hints.has_table_loader = true;
    } else if (name == "etc/smbios/smbios-anchor") {
      hints.smbios_entry_point = file;
    } else if (name == "etc/smbios/smbios-tables") {
      hints.smbios_structures = file;
    }
  }));
  return hints;
}

}  // namespace flint::platform
