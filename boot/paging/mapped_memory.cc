// SPDX-License-Identifier: Apache-2.0
#include "boot/paging/mapped_memory.h"

#include <algorithm>

#include "platforms/base/checked.h"

namespace flint::paging {
namespace {

using memory::MemoryRange;
using memory::MemoryType;

constexpr std::unexpected<Error> NotMemory() {
  return Fail(ErrorCode::kOutOfRange, "address is not accessible memory");
}

}  // namespace

Result<std::span<std::byte>> MappedMemory::Map(uint64_t address,
                                               uint64_t size_bytes) {
  const uint64_t end = TRY(CheckedAdd(address, size_bytes));
  if (address < memory::kPageSizeBytes) return NotMemory();
  uint64_t at = address;
  do {
    const MemoryRange* const range = map_.Find(at);
    if (range == nullptr || range->type == MemoryType::kMmio ||
        range->type == MemoryType::kRuntimeMmio ||
        range->type == MemoryType::kUnusable) {
      return NotMemory();
    }
    // Before mapping, which may change the map.
    const uint64_t part_end = std::min(end, range->end);
    if (range->type == MemoryType::kReserved ||
        range->type == MemoryType::kPersistent) {
      TRY(MapReserved(at, part_end));
    }
    at = part_end;
  } while (at < end);
  return identity_.Map(address, size_bytes);
}

// Maps the pages of [address, end) that are not.
Status MappedMemory::MapReserved(uint64_t address, uint64_t end) {
  uint64_t at = AlignDown(address, memory::kPageSizeBytes);
  while (at < end) {
    const auto translation = tables_.Translate(at);
    if (!translation) {
      TRY(tables_.MapIdentity(
          at, memory::kPageSizeBytes, {.access = Access::kReadOnly}));
      at += memory::kPageSizeBytes;
    } else {
      at = AlignDown(at, translation->page_bytes) + translation->page_bytes;
    }
  }
  return {};
}

}  // namespace flint::paging
