// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include "drivers/acpi/device_memory.h"
#include "drivers/acpi/fadt.h"
#include "drivers/acpi/host_bridge.h"
#include "drivers/acpi/mcfg.h"
#include "drivers/acpi/sleep_type.h"
#include "drivers/acpi/tables.h"
#include "platforms/base/fake_guest_memory.h"

namespace flint::acpi {
namespace {

// The input is the memory from here on; its first bytes are the root pointer.
constexpr uint64_t kAddress = 0xE0000;

void ReadMcfg(Bytes mcfg) {
  // Ends: every window takes some of the table.
  for (size_t index = 0;; ++index) {
    const Result<ConfigWindow> window = ReadConfigWindow(mcfg, index);
    if (!window && window.error().code() == ErrorCode::kNotFound) return;
    if (window && window->last_bus < window->first_bus) std::abort();
  }
}

void CheckSoftOff(const std::optional<SleepType>& type) {
  if (type && (type->pm1a > 7 || type->pm1b > 7)) std::abort();
}

void CheckHostBridge(Bytes aml) {
  const Result<HostBridge> bridge = FindHostBridge(aml);
  if (bridge && bridge->last_bus < bridge->first_bus) std::abort();
}

std::optional<Fadt> ReadFadt(Bytes table) {
  const Result<Fadt> fadt = ParseFadt(table);
  return fadt ? std::optional(*fadt) : std::nullopt;
}

void CheckRanges(GuestMemory& memory, const Tables& tables) {
  std::array<TableRange, 64> storage;
  const auto ranges = tables.ListRanges(storage);
  if (!ranges) return;
  for (const TableRange& range : *ranges) {
    if (!memory.Map(range.address, range.size_bytes)) std::abort();
  }
}

void ReadEverything(GuestMemory& memory) {
  const Result<Tables> tables = Tables::Find(memory, kAddress);
  if (!tables) return;
  CheckRanges(memory, *tables);
  const Result<Bytes> mcfg = tables->FindTable(kMcfgSignature);
  if (mcfg) ReadMcfg(*mcfg);
  const Result<Bytes> table = tables->FindTable(kFadtSignature);
  if (!table) return;
  const std::optional<Fadt> fadt = ReadFadt(*table);
  if (!fadt) return;
  const Result<SleepType> type = FindSoftOff(*tables, *fadt);
  if (type) CheckSoftOff(*type);
}

}  // namespace
}  // namespace flint::acpi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const flint::Bytes input = std::as_bytes(std::span(data, size));
  if (input.empty()) return 0;
  flint::FakeGuestMemory memory;
  memory.AddRegion(flint::acpi::kAddress, input);

  flint::acpi::ReadEverything(memory);
  // Without the checksums in the way.
  flint::acpi::ReadMcfg(input);
  flint::acpi::ReadFadt(input);
  flint::acpi::CheckSoftOff(flint::acpi::FindSoftOffIn(input));
  // Ends: every device takes some of the input.
  flint::acpi::DeviceMemorySearch search(input, "LNRO0005");
  while (search.Next()) {
  }
  flint::acpi::CheckHostBridge(input);
  flint::acpi::RootBusSearch root_buses(input);
  while (root_buses.Next()) {
  }
  return 0;
}
