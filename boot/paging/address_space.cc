// SPDX-License-Identifier: Apache-2.0
#include "boot/paging/address_space.h"

#include <algorithm>
#include <optional>

namespace flint::paging {
namespace {

using memory::MemoryMap;
using memory::MemoryRange;
using memory::MemoryType;
using runtime::AddressRange;

bool IsRam(MemoryType type) {
  switch (type) {
    case MemoryType::kFree:
    case MemoryType::kAcpiReclaim:
    case MemoryType::kAcpiNvs:
    case MemoryType::kImage:
    case MemoryType::kModule:
    case MemoryType::kFirmware:
    case MemoryType::kKernel:
    case MemoryType::kRuntime:
      return true;
    case MemoryType::kPersistent:
    case MemoryType::kMmio:
    case MemoryType::kRuntimeMmio:
    case MemoryType::kReserved:
    case MemoryType::kUnusable:
      return false;
  }
  return false;
}

// The first stretch of RAM at or above `address`, of whatever types: types
// change while tables are allocated, stretches do not.
std::optional<AddressRange> NextRam(const MemoryMap& map, uint64_t address) {
  std::optional<AddressRange> ram;
  for (const MemoryRange& range : map.ranges()) {
    if (range.end <= address || !IsRam(range.type)) continue;
    if (!ram) {
      ram = {std::max(range.address, address), range.end};
    } else if (range.address == ram->end) {
      ram->end = range.end;
    } else {
      break;
    }
  }
  return ram;
}

Status Map(PageTables& tables, const AddressRange& range, Access access) {
  return tables.MapIdentity(
      range.address, range.size_bytes(), {.access = access});
}

}  // namespace

Status MapAddressSpace(PageTables& tables,
                       const MemoryMap& map,
                       const runtime::ImageLayout& image) {
  // From page 1 on: a null pointer is to be noticed.
  uint64_t address = memory::kPageSizeBytes;
  while (const auto ram = NextRam(map, address)) {
    TRY(Map(tables, *ram, Access::kReadWrite));
    address = ram->end;
  }
  TRY(Map(tables, image.text, Access::kReadExecute));
  TRY(Map(tables, image.read_only_data, Access::kReadOnly));
  TRY(Map(tables, image.data, Access::kReadWrite));
  TRY(Map(tables, image.stack, Access::kReadWrite));
  return tables.Unmap(image.stack_guard.address,
                      image.stack_guard.size_bytes());
}

}  // namespace flint::paging
