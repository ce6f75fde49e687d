// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "drivers/acpi/definition_blocks.h"
#include "drivers/acpi/fadt.h"
#include "drivers/acpi/tables.h"
#include "platforms/base/bytes.h"

namespace flint::acpi {

/// Where the registers of a device lie.
struct DeviceMemory {
  uint64_t address = 0;
  uint64_t size_bytes = 0;

  friend bool operator==(const DeviceMemory&, const DeviceMemory&) = default;
};

/// Finds devices of one kind in a block of AML, in its order, by the shape of
/// its bytes: `Name (_HID, "hardware id")` and, before the next such name,
/// `Name (_CRS, Buffer)` with a range of memory. [acpi-6.5 6.1.5, 6.2.2]
///
///     DeviceMemorySearch search(aml, "LNRO0005");
///     while (const auto memory = search.Next()) { ... }
class DeviceMemorySearch {
 public:
  /// Both must outlive the search.
  DeviceMemorySearch(Bytes aml, std::string_view hardware_id)
      : rest_(aml), hardware_id_(hardware_id) {}

  /// The first range of the next device that has one.
  std::optional<DeviceMemory> Next();

 private:
  /// What describes the next device: from the name of its `_HID` to the next.
  std::optional<Bytes> NextDevice();

  Bytes rest_;
  std::string_view hardware_id_;
};

/// Calls `visit` with the memory of every device of this kind in the DSDT, and
/// then in the SSDTs.
template <typename Visitor>
void ForEachDeviceMemory(const Tables& tables,
                         const Fadt& fadt,
                         std::string_view hardware_id,
                         Visitor&& visit) {
  ForEachDefinitionBlock(tables, fadt, [&](Bytes aml) {
    DeviceMemorySearch search(aml, hardware_id);
    while (const auto memory = search.Next()) visit(*memory);
  });
}

}  // namespace flint::acpi
