// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "drivers/acpi/device_memory.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::acpi {

/// A PCI host bridge as its device in AML describes it.
struct HostBridge {
  /// Where the configuration space of bus 0 is, or would be.
  uint64_t config_address = 0;
  uint8_t first_bus = 0;
  uint8_t last_bus = 0;
  /// What addresses it passes on to its devices: the first range below 4 GiB,
  /// and the first above. Of size 0 if there is none.
  DeviceMemory memory = {};
  DeviceMemory high_memory = {};
};

/// Finds the first host bridge that says itself where its configuration space
/// is mapped, by the shape of its bytes: `Method (_CBA) {Return (address)}`,
/// followed by `Name (_CRS, Buffer)`. [pci-firmware-3.3 4.1.3]
///
/// kNotFound if there is none; kUnsupported, kTruncated or kCorrupt if it is of
/// another form, or has no buses.
Result<HostBridge> FindHostBridge(Bytes aml);

/// Finds the numbers of root buses: each `Name (_BBN, number)`. [acpi-6.5
/// 6.5.5]
///
///     RootBusSearch search(aml);
///     while (const auto bus = search.Next()) { ... }
class RootBusSearch {
 public:
  /// `aml` must outlive the search.
  explicit RootBusSearch(Bytes aml) : rest_(aml) {}

  std::optional<uint8_t> Next();

 private:
  Bytes rest_;
};

}  // namespace flint::acpi
