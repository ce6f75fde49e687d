// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/host_bridge.h"

#include <cstddef>
#include <string_view>

#include "drivers/acpi/aml.h"
#include "drivers/acpi/resources.h"
#include "platforms/base/checked.h"

namespace flint::acpi {
namespace {

constexpr std::string_view kConfigAddressName = "_CBA";
constexpr std::string_view kRootBusName = "\x08_BBN";
static_assert(kRootBusName.front() == aml::kNameOp);

constexpr uint64_t k4Gib = uint64_t{1} << 32;
constexpr uint64_t kLastBus = 0xFF;

/// What is behind the name; nothing if it is not there.
std::optional<Bytes> FindBehind(Bytes aml, std::string_view name) {
  const size_t found = AsText(aml).find(name);
  if (found == std::string_view::npos) return std::nullopt;
  return aml.subspan(found + name.size());
}

/// The constant that a method returns, from its flags on.
Result<uint64_t> ReadReturn(ByteReader& method) {
  TRY(method.Read<uint8_t>());
  if (TRY(method.Read<uint8_t>()) != aml::kReturnOp) {
    return Fail(ErrorCode::kUnsupported, "ACPI method is not a constant");
  }
  return aml::ReadInteger(method);
}

void Take(const ResourceRange& range, HostBridge& bridge) {
  DeviceMemory& memory =
      range.first < k4Gib ? bridge.memory : bridge.high_memory;
  if (memory.size_bytes != 0 || !CheckedAdd(range.first, range.count)) return;
  memory = {.address = range.first, .size_bytes = range.count};
}

}  // namespace

Result<HostBridge> FindHostBridge(Bytes aml) {
  const std::optional<Bytes> method = FindBehind(aml, kConfigAddressName);
  if (!method) return Fail(ErrorCode::kNotFound, "no _CBA in ACPI's tables");
  ByteReader reader(*method);
  HostBridge bridge{.config_address = TRY(ReadReturn(reader))};
  ResourceReader resources = TRY(ResourceReader::Find(reader.remaining()));
  bool has_buses = false;
  while (const auto range = resources.Next()) {
    if (range->kind == ResourceRange::Kind::kMemory) {
      Take(*range, bridge);
    } else if (range->count != 0 && range->first <= kLastBus &&
               range->count <= kLastBus + 1 - range->first) {
      bridge.first_bus = static_cast<uint8_t>(range->first);
      bridge.last_bus = static_cast<uint8_t>(range->first + range->count - 1);
      has_buses = true;
    }
  }
  if (!has_buses) {
    return Fail(ErrorCode::kCorrupt, "ACPI's PCI host bridge has no buses");
  }
  return bridge;
}

std::optional<uint8_t> RootBusSearch::Next() {
  while (const std::optional<Bytes> value = FindBehind(rest_, kRootBusName)) {
    rest_ = *value;
    ByteReader reader(*value);
    const Result<uint64_t> bus = aml::ReadInteger(reader);
    if (bus && *bus <= kLastBus) return static_cast<uint8_t>(*bus);
  }
  return std::nullopt;
}

}  // namespace flint::acpi
