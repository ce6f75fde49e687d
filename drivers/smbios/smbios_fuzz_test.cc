// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "drivers/smbios/entry_point.h"
#include "drivers/smbios/structures.h"
#include "drivers/smbios/table_files.h"
#include "platforms/base/bytes.h"
#include "platforms/base/fake_guest_memory.h"

namespace flint::smbios {
namespace {

constexpr uint64_t kArea = 0xF0000;

void ReadAll(Bytes structures) {
  size_t size = 0;
  StructureReader reader(structures);
  while (const auto structure = reader.Next()) {
    size += structure->fields.size() + structure->strings.size();
    if (structure->String(1).size() > structure->strings.size()) std::abort();
  }
  if (size > structures.size()) std::abort();
  ForEachOemString(structures, [&](std::string_view text) {
    if (text.find('\0') != std::string_view::npos) std::abort();
  });
}

}  // namespace
}  // namespace flint::smbios

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using flint::smbios::Tables;
  const flint::Bytes input = std::as_bytes(std::span(data, size));
  flint::smbios::ReadAll(input);

  // The area's start: entry points there can name what is behind them.
  flint::FakeGuestMemory memory;
  const auto area = memory.AddRegion(flint::smbios::kArea, 0x10000);
  std::ranges::fill(area, std::byte{0});
  std::ranges::copy(input.first(std::min(size, area.size())), area.begin());
  const auto tables = Tables::Find(memory);
  if (tables) flint::smbios::ReadAll(tables->structures());

  // As files of a VMM: what is placed is found.
  std::ranges::fill(area, std::byte{0});
  const auto placed = flint::smbios::PlaceTables(
      {.entry_point = input, .structures = input},
      {.entry_point_address = flint::smbios::kArea,
       .structures_address =
           flint::smbios::kArea + flint::smbios::kMaxEntryPointBytes},
      memory);
  if (placed && !Tables::Find(memory)) std::abort();
  return 0;
}
