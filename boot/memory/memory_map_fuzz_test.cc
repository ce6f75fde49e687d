// SPDX-License-Identifier: Apache-2.0

// Any memory map a VMM may give, in storage that is often too small for it:
// what is handed out must be what the VMM called RAM, and nothing else.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "boot/memory/memory_map.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::memory {
namespace {

constexpr uint64_t kLimit = uint64_t{1} << 46;

struct Entry {
  Le64 address;
  Le64 size_bytes;
  uint8_t type;
};
static_assert(sizeof(Entry) == 17);

void Require(bool condition) {
  if (!condition) std::abort();
}

std::vector<E820Entry> ReadEntries(ByteReader& reader) {
  std::vector<E820Entry> entries;
  while (entries.size() < 256) {
    const auto entry = reader.Read<Entry>();
    if (!entry) break;
    entries.push_back({entry->address, entry->size_bytes, entry->type});
  }
  return entries;
}

// True if [address, address + size) overlaps the entry. In 128 bits, where
// nothing wraps.
bool Overlaps(const E820Entry& entry, uint64_t address, uint64_t size) {
  __extension__ using Wide = unsigned __int128;
  return Wide{entry.address} < Wide{address} + size &&
         Wide{address} < Wide{entry.address} + entry.size_bytes;
}

void CheckHandedOut(const std::vector<E820Entry>& entries,
                    uint64_t address,
                    uint64_t size) {
  Require(address >= kLowMemoryEnd && address + size <= kLimit);
  uint64_t last_page = address + size - kPageSizeBytes;
  bool first_is_ram = false;
  bool last_is_ram = false;
  for (const E820Entry& entry : entries) {
    if (entry.type == E820Type::kRam) {
      first_is_ram |= Overlaps(entry, address, 1);
      last_is_ram |= Overlaps(entry, last_page, 1);
    } else if (entry.type != 0 && entry.size_bytes != 0) {
      Require(!Overlaps(entry, address, size));
    }
  }
  Require(first_is_ram && last_is_ram);
}

void CheckSorted(const MemoryMap& map) {
  uint64_t end = 0;
  for (const MemoryRange& range : map.ranges()) {
    Require(range.address >= end && range.end > range.address);
    Require(range.end <= kLimit);
    end = range.end;
  }
}

}  // namespace
}  // namespace flint::memory

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flint;
  using namespace flint::memory;
  ByteReader reader(std::as_bytes(std::span(data, size)));
  const auto head = reader.Read<std::array<uint8_t, 2>>();
  if (!head) return 0;
  std::vector<MemoryRange> storage((*head)[0] % 64 + 1);
  const std::vector<E820Entry> entries = ReadEntries(reader);
  MemoryMap map(storage);

  map.Build(entries, kLimit);
  CheckSorted(map);
  map.Claim(2 << 20, 1 << 20, MemoryType::kImage);
  CheckSorted(map);

  for (int i = 0; i < 64; ++i) {
    const PageRequest request = {
        .page_count = uint64_t{1} << (i % 8),
        .search = i % 2 == 0 ? Search::kHighestFirst : Search::kLowestFirst,
        .use = static_cast<MemoryUse>(((*head)[1] + i) % 3)};
    const auto address = map.Allocate(request);
    if (!address) continue;
    const uint64_t bytes = request.page_count * kPageSizeBytes;
    CheckHandedOut(entries, *address, bytes);
    Require(*address + bytes <= (2 << 20) || *address >= (3 << 20));
    CheckSorted(map);
  }
  E820Cursor cursor(map);
  uint64_t end = 0;
  while (const auto entry = cursor.Next()) {
    Require(entry->address >= end && entry->size_bytes > 0);
    end = entry->address + entry->size_bytes;
  }
  return 0;
}
