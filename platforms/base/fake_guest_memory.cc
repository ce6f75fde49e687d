// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/fake_guest_memory.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>

namespace flint {
namespace {

constexpr std::byte kGarbage{0xA5};

[[noreturn]] void Abort(const char* reason) {
  std::cerr << "FakeGuestMemory: " << reason << "\n";
  std::abort();
}

}  // namespace

MutableBytes FakeGuestMemory::AddRegion(uint64_t address, uint64_t size_bytes) {
  if (size_bytes > UINT64_MAX - address) Abort("region wraps");
  for (const Region& region : regions_) {
    if (address < region.address + region.size_bytes &&
        region.address < address + size_bytes) {
      Abort("regions overlap");
    }
  }
  Region& region = regions_.emplace_back();
  region.address = address;
  region.size_bytes = size_bytes;
  region.storage.reset(new (kAlignment) std::byte[size_bytes]);
  std::fill_n(region.storage.get(), size_bytes, kGarbage);
  return {region.storage.get(), size_bytes};
}

MutableBytes FakeGuestMemory::AddRegion(uint64_t address, Bytes content) {
  const MutableBytes region = AddRegion(address, content.size());
  std::ranges::copy(content, region.begin());
  return region;
}

Result<std::span<std::byte>> FakeGuestMemory::Map(uint64_t address,
                                                  uint64_t size_bytes) {
  for (const Region& region : regions_) {
    if (address < region.address) continue;
    const uint64_t offset = address - region.address;
    if (offset > region.size_bytes || size_bytes > region.size_bytes - offset) {
      continue;
    }
    return std::span(region.storage.get() + offset, size_bytes);
  }
  return Fail(ErrorCode::kOutOfRange, "no memory at that guest address");
}

uint64_t FakeGuestMemory::AddressOf(const std::byte* bytes) {
  for (const Region& region : regions_) {
    const std::byte* const start = region.storage.get();
    if (std::less_equal<>()(start, bytes) &&
        std::less_equal<>()(bytes, start + region.size_bytes)) {
      return region.address + static_cast<uint64_t>(bytes - start);
    }
  }
  Abort("bytes are in no region");
}

}  // namespace flint
