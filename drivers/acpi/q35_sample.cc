// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/q35_sample.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "platforms/base/bytes.h"

namespace flint::acpi {
namespace {

constexpr uint64_t kTablesAddress = Q35Sample::kFacsAddress;
constexpr uint64_t kBiosAreaAddress = 0xE0000;
constexpr uint64_t kBiosAreaSize = 0x20000;

std::string ReadFile(const std::string& name) {
  std::ifstream file("drivers/acpi/testdata/" + name, std::ios::binary);
  if (!file) std::abort();
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

void Q35Sample::Load(FakeGuestMemory& memory) {
  memory.AddRegion(kTablesAddress, AsBytes(ReadFile("q35_tables.bin")));
  const std::string rsdp = ReadFile("q35_rsdp.bin");
  const MutableBytes area = memory.AddRegion(kBiosAreaAddress, kBiosAreaSize);
  std::ranges::copy(AsBytes(rsdp),
                    area.begin() + (kRsdpAddress - kBiosAreaAddress));
}

}  // namespace flint::acpi
