// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci/ecam_config.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "platforms/base/checked.h"

namespace flint::pci {
namespace {

constexpr uint64_t kBytesPerFunction = 4096;
constexpr uint64_t kBytesPerBus = kBytesPerFunction * 8 * 32;

Status CheckAllocation(const EcamAllocation& allocation) {
  if (allocation.first_bus > allocation.last_bus) {
    return Fail(ErrorCode::kCorrupt, "MCFG: last bus before the first");
  }
  if (allocation.base == 0 || !IsAligned(allocation.base, kBytesPerBus)) {
    return Fail(ErrorCode::kCorrupt, "MCFG: base address is not aligned");
  }
  return {};
}

bool Precedes(const EcamAllocation& a, const EcamAllocation& b) {
  return std::tie(a.segment, a.first_bus) < std::tie(b.segment, b.first_bus);
}

/// By insertion: there is a handful, and std::sort is 4 KiB of code.
void SortByBus(std::span<EcamAllocation> allocations) {
  const auto begin = allocations.begin();
  for (auto next = begin; next != allocations.end(); ++next) {
    std::rotate(std::upper_bound(begin, next, *next, Precedes), next, next + 1);
  }
}

/// `sorted` in the order of `bus_ranges()`.
Status CheckDisjoint(std::span<const EcamAllocation> sorted) {
  for (size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i].segment == sorted[i - 1].segment &&
        sorted[i].first_bus <= sorted[i - 1].last_bus) {
      return Fail(ErrorCode::kCorrupt, "MCFG: allocations overlap");
    }
  }
  return {};
}

Result<io::RegisterIo*> MapBuses(const EcamAllocation& allocation,
                                 io::DeviceMapper& mapper) {
  const uint64_t start = TRY(CheckedAdd(
      allocation.base, uint64_t{allocation.first_bus} * kBytesPerBus));
  const uint64_t bus_count =
      uint64_t{allocation.last_bus} - allocation.first_bus + 1;
  return mapper.Map(start, bus_count * kBytesPerBus);
}

}  // namespace

Result<EcamConfig> EcamConfig::Create(
    std::span<const EcamAllocation> allocations,
    io::DeviceMapper& mapper,
    Arena& arena) {
  if (allocations.empty()) {
    return Fail(ErrorCode::kNotFound, "MCFG: no allocation");
  }
  const std::span<EcamAllocation> sorted =
      TRY(arena.AllocateArray<EcamAllocation>(allocations.size()));
  std::ranges::copy(allocations, sorted.begin());
  SortByBus(sorted);
  for (const EcamAllocation& allocation : sorted) {
    TRY(CheckAllocation(allocation));
  }
  TRY(CheckDisjoint(sorted));

  const std::span<BusRange> ranges =
      TRY(arena.AllocateArray<BusRange>(sorted.size()));
  const std::span<io::RegisterIo*> windows =
      TRY(arena.AllocateArray<io::RegisterIo*>(sorted.size()));
  for (size_t i = 0; i < sorted.size(); ++i) {
    ranges[i] = {.segment = sorted[i].segment,
                 .first_bus = sorted[i].first_bus,
                 .last_bus = sorted[i].last_bus};
    windows[i] = TRY(MapBuses(sorted[i], mapper));
  }
  return EcamConfig(ranges, windows);
}

EcamConfig::Place EcamConfig::Find(const Address& address,
                                   uint16_t offset) const {
  if (offset >= kBytesPerFunction) return {};
  for (size_t i = 0; i < ranges_.size(); ++i) {
    const BusRange& range = ranges_[i];
    if (range.segment != address.segment || address.bus < range.first_bus ||
        address.bus > range.last_bus) {
      continue;
    }
    const uint64_t bus = uint64_t{address.bus} - range.first_bus;
    const uint64_t function =
        (bus * 32 + address.device) * 8 + address.function;
    return {.window = windows_[i],
            .offset = function * kBytesPerFunction + offset};
  }
  return {};
}

uint8_t EcamConfig::Read8(const Address& address, uint16_t offset) {
  const Place place = Find(address, offset);
  return place.window ? place.window->Read8(place.offset) : 0xFF;
}

uint16_t EcamConfig::Read16(const Address& address, uint16_t offset) {
  const Place place = Find(address, offset);
  return place.window ? place.window->Read16(place.offset) : 0xFFFF;
}

uint32_t EcamConfig::Read32(const Address& address, uint16_t offset) {
  const Place place = Find(address, offset);
  return place.window ? place.window->Read32(place.offset) : 0xFFFF'FFFF;
}

void EcamConfig::Write8(const Address& address,
                        uint16_t offset,
                        uint8_t value) {
  const Place place = Find(address, offset);
  if (place.window) place.window->Write8(place.offset, value);
}

void EcamConfig::Write16(const Address& address,
                         uint16_t offset,
                         uint16_t value) {
  const Place place = Find(address, offset);
  if (place.window) place.window->Write16(place.offset, value);
}

void EcamConfig::Write32(const Address& address,
                         uint16_t offset,
                         uint32_t value) {
  const Place place = Find(address, offset);
  if (place.window) place.window->Write32(place.offset, value);
}

}  // namespace flint::pci
