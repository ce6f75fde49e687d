// SPDX-License-Identifier: Apache-2.0
//
// Who gets what.
#include "drivers/pci_assignment/resources.h"

#include <algorithm>
#include <tuple>

#include "platforms/base/checked.h"
#include "platforms/base/heap_sort.h"

namespace flint::pci {
namespace {

/// What is larger cannot be placed anyway, and sums of it would wrap.
constexpr uint64_t kMostBytes = uint64_t{1} << 52;

uint64_t ReservedBytes(const Reserve& reserve, Space space) {
  switch (space) {
    case Space::kIo:
      return reserve.io_bytes;
    case Space::kMemory:
      return reserve.memory_bytes;
    case Space::kPrefetchable:
      return reserve.prefetchable_bytes;
  }
  return 0;
}

/// Largest alignment first: powers of two then leave no gaps.
void SortForPlacing(std::span<Resource> resources) {
  HeapSort(resources, [](const Resource& a, const Resource& b) {
    return std::tuple(a.space, ~a.alignment, a.function, a.bar) <
           std::tuple(b.space, ~b.alignment, b.function, b.bar);
  });
}

/// Makes `window` as large as what is on its bus.
void Size(Resource& window, std::span<const Resource> content, uint64_t least) {
  window.size_bytes = 0;
  window.alignment = WindowGranule(window.space);
  for (const Resource& resource : content) {
    if (resource.space != window.space) continue;
    if (resource.size_bytes >= kMostBytes) continue;
    window.alignment = std::max(window.alignment, resource.alignment);
    window.size_bytes = AlignDown(window.size_bytes + resource.alignment - 1,
                                  resource.alignment) +
                        resource.size_bytes;
  }
  window.size_bytes = std::max(window.size_bytes, least);
  window.size_bytes =
      AlignDown(window.size_bytes + WindowGranule(window.space) - 1,
                WindowGranule(window.space));
}

}  // namespace

std::optional<uint64_t> Resources::Cursor::Take(const Resource& resource) {
  if (resource.size_bytes >= kMostBytes) return std::nullopt;
  const uint64_t address =
      AlignDown(next + resource.alignment - 1, resource.alignment);
  if (address > end || resource.size_bytes > end - address) return std::nullopt;
  next = address + resource.size_bytes;
  return address;
}

size_t Resources::Place(const HostWindows& windows) {
  if (PlaceAll(windows, true) == 0) return 0;
  return PlaceAll(windows, false);
}

size_t Resources::PlaceAll(const HostWindows& windows, bool with_reserve) {
  SizeWindows(with_reserve);
  for (Resource& resource : all_) resource.address.reset();
  PlaceOnRoots(windows);
  PlaceBehindBridges();
  return static_cast<size_t>(
      std::ranges::count_if(all_, [&](const Resource& resource) {
        return resource.size_bytes != 0 && !resource.address &&
               (resource.space != Space::kIo || windows.io.size_bytes() != 0);
      }));
}

/// From the last bus up: the buses behind a bridge have greater numbers than
/// its own.
void Resources::SizeWindows(bool with_reserve) {
  for (size_t bus = slices_.size(); bus-- > 0;) {
    const std::span<Resource> resources = OnBus(bus);
    for (Resource& resource : resources) {
      if (resource.bar != Resource::kWindow) continue;
      const Reserve& reserve = topology_.buses[resource.child_bus].reserve;
      Size(resource,
           OnBus(resource.child_bus),
           with_reserve ? ReservedBytes(reserve, resource.space) : 0);
    }
    SortForPlacing(resources);
  }
}

void Resources::PlaceOnRoots(const HostWindows& windows) {
  Cursor io = ChooseIo(windows);
  Cursor low{.next = windows.memory.base, .end = windows.memory.end};
  Cursor high{.next = windows.high_memory.base, .end = windows.high_memory.end};
  PlaceOnRoots(Space::kIo, io, nullptr);
  PlaceOnRoots(Space::kMemory, low, &high);
  PlaceOnRoots(Space::kPrefetchable, low, &high);
}

/// The first ports, unless they are too few.
Resources::Cursor Resources::ChooseIo(const HostWindows& windows) {
  uint64_t bytes = 0;
  for (size_t bus = 0; bus < slices_.size(); ++bus) {
    if (topology_.buses[bus].bridge) continue;
    for (const Resource& resource : OnBus(bus)) {
      if (resource.space == Space::kIo) bytes += resource.size_bytes;
    }
  }
  const AddressWindow& chosen =
      bytes <= windows.io.size_bytes() ? windows.io : windows.more_io;
  return {.next = chosen.base, .end = chosen.end};
}

void Resources::PlaceOnRoots(Space space, Cursor& low, Cursor* high) {
  for (size_t bus = 0; bus < slices_.size(); ++bus) {
    if (topology_.buses[bus].bridge) continue;
    for (Resource& resource : OnBus(bus)) {
      if (resource.space != space || resource.size_bytes == 0) continue;
      resource.address = low.Take(resource);
      if (!resource.address && high != nullptr && resource.is_64_bit) {
        resource.address = high->Take(resource);
      }
    }
  }
}

/// From the first bus down: a bridge's window is placed before what is in it.
void Resources::PlaceBehindBridges() {
  for (size_t bus = 0; bus < slices_.size(); ++bus) {
    for (const Resource& window : OnBus(bus)) {
      if (window.bar != Resource::kWindow || !window.address) continue;
      Cursor cursor{.next = *window.address,
                    .end = *window.address + window.size_bytes};
      for (Resource& resource : OnBus(window.child_bus)) {
        if (resource.space != window.space || resource.size_bytes == 0) {
          continue;
        }
        resource.address = cursor.Take(resource);
      }
    }
  }
}

}  // namespace flint::pci
