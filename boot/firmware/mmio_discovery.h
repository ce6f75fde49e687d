// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "drivers/acpi/fadt.h"
#include "drivers/acpi/tables.h"
#include "drivers/virtio/mmio_devices.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// Who may say where virtio-mmio devices are.
struct MmioSources {
  std::string_view command_line;
  const std::optional<acpi::Tables>& tables;
  const std::optional<acpi::Fadt>& fadt;
  /// Empty if there is none.
  Bytes device_tree;
};

/// Finds the virtio-mmio devices that any of the sources names: the words of
/// the command line first, since they are in the order of the VMM's disks.
void FindMmioDevices(const MmioSources& sources, virtio::MmioDevices& devices);

/// The words of the VMM's command line that tell a kernel where its virtio-mmio
/// devices are, and nothing else of it; in `arena`. Empty if there are none;
/// kNoMemory.
Result<std::string_view> KernelWordsOf(std::string_view command_line,
                                       Arena& arena);

}  // namespace flint::boot
