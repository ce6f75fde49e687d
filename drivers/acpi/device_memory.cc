// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/device_memory.h"

#include <algorithm>

#include "drivers/acpi/aml.h"
#include "drivers/acpi/resources.h"
#include "platforms/base/result.h"

namespace flint::acpi {
namespace {

constexpr std::string_view kHardwareIdName = "\x08_HID";
static_assert(kHardwareIdName[0] == aml::kNameOp);

/// The first range of memory of what describes a device.
std::optional<DeviceMemory> ReadDevice(Bytes device) {
  Result<ResourceReader> resources = ResourceReader::Find(device);
  if (!resources) return std::nullopt;
  while (const auto range = resources->Next()) {
    if (range->kind != ResourceRange::Kind::kMemory) continue;
    return DeviceMemory{.address = range->first, .size_bytes = range->count};
  }
  return std::nullopt;
}

/// True if what follows the name of `_HID` is this text.
bool IsIdentified(std::string_view text, std::string_view hardware_id) {
  if (text.empty() || text.front() != aml::kStringPrefix) return false;
  text.remove_prefix(1);
  return text.starts_with(hardware_id) && text.size() > hardware_id.size() &&
         text[hardware_id.size()] == '\0';
}

}  // namespace

std::optional<Bytes> DeviceMemorySearch::NextDevice() {
  const size_t name = AsText(rest_).find(kHardwareIdName);
  if (name == std::string_view::npos) return std::nullopt;
  rest_ = rest_.subspan(name + kHardwareIdName.size());
  const size_t end = AsText(rest_).find(kHardwareIdName);
  return rest_.first(std::min(end, rest_.size()));
}

std::optional<DeviceMemory> DeviceMemorySearch::Next() {
  while (const std::optional<Bytes> device = NextDevice()) {
    if (!IsIdentified(AsText(*device), hardware_id_)) continue;
    const std::optional<DeviceMemory> memory = ReadDevice(*device);
    if (memory) return memory;
  }
  return std::nullopt;
}

}  // namespace flint::acpi
