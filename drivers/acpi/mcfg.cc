// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/mcfg.h"

#include "drivers/acpi/table_format.h"
#include "platforms/base/checked.h"
#include "platforms/base/endian.h"

namespace flint::acpi {
namespace {

struct ConfigWindowFormat {
  Le64 base_address;
  Le16 segment;
  uint8_t first_bus;
  uint8_t last_bus;
  Le32 reserved;
};
static_assert(sizeof(ConfigWindowFormat) == 16 && WireType<ConfigWindowFormat>);

constexpr size_t kEntriesOffset = sizeof(TableHeader) + 8;
constexpr uint64_t kBusSizeBytes = uint64_t{1} << 20;

}  // namespace

Result<ConfigWindow> ReadConfigWindow(Bytes mcfg, size_t index) {
  const size_t entries_size =
      mcfg.size() < kEntriesOffset ? 0 : mcfg.size() - kEntriesOffset;
  if (index >= entries_size / sizeof(ConfigWindowFormat)) {
    return Fail(ErrorCode::kNotFound, "no more windows in the ACPI MCFG");
  }
  const auto format = TRY(ReadWire<ConfigWindowFormat>(
      mcfg, kEntriesOffset + index * sizeof(ConfigWindowFormat)));
  const uint64_t base = format.base_address;
  const uint64_t size = (uint64_t{format.last_bus} + 1) * kBusSizeBytes;
  if (format.last_bus < format.first_bus || base == 0 ||
      !IsAligned(base, kBusSizeBytes) || !CheckedAdd(base, size)) {
    return Fail(ErrorCode::kCorrupt, "ACPI MCFG has an impossible window");
  }
  return ConfigWindow{.base_address = base,
                      .segment = format.segment,
                      .first_bus = format.first_bus,
                      .last_bus = format.last_bus};
}

}  // namespace flint::acpi
