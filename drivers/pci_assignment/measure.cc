// SPDX-License-Identifier: Apache-2.0
//
// What functions want.
#include <algorithm>
#include <limits>

#include "drivers/pci/registers.h"
#include "drivers/pci_assignment/resources.h"

namespace flint::pci {
namespace {

constexpr uint32_t kAllOnes = std::numeric_limits<uint32_t>::max();
constexpr uint8_t kDeviceBars = 6;
constexpr uint8_t kBridgeBars = 2;
/// Of a function: a bridge has as many windows and BARs.
constexpr size_t kMostResources = 6;

/// Each BAR has pages of its own, so that they can be mapped one by one.
constexpr uint64_t kPageBytes = 4096;
constexpr uint64_t kIoPortCount = 0x1'0000;

constexpr uint16_t kPciBridgeClass = 0x0604;

constexpr std::array kSpaces{Space::kIo, Space::kMemory, Space::kPrefetchable};

/// The rest of a chipset has registers of its own kind: nothing there is ours
/// to place.
bool HasBars(uint16_t function_class) {
  return function_class >> 8 != ClassAndRevision::kBridgeBaseClass ||
         function_class == kPciBridgeClass;
}

uint16_t OffsetOfBar(uint8_t index) {
  return static_cast<uint16_t>(BaseAddress0::kOffset + index * 4);
}

/// The lowest bit that can be set is the smallest step, and so the size.
constexpr uint64_t LowestBit(uint64_t bits) { return bits & (~bits + 1); }

/// Collects resources, function by function.
class Collector {
 public:
  Collector(PciConfig& config,
            const Topology& topology,
            std::span<Resource> storage)
      : config_(config), topology_(topology), storage_(storage) {}

  uint32_t used() const { return used_; }

  void AddFunction(uint16_t index) {
    const Function& function = topology_.functions[index];
    if (!HasBars(topology_.classes[index])) return;
    if (function.header_layout == HeaderType::kBridge) {
      AddBars(index, kBridgeBars);
      AddWindows(index);
    } else if (function.header_layout == HeaderType::kDevice) {
      AddBars(index, kDeviceBars);
    }
  }

 private:
  void AddBars(uint16_t index, uint8_t count) {
    for (uint8_t bar = 0; bar < count; ++bar) {
      const uint32_t bits = WriteOnes(index, bar);
      if (bits == 0) continue;
      if ((bits & BaseAddress0::kIoSpace) != 0) {
        AddIo(index, bar, bits);
        continue;
      }
      const bool is_64_bit =
          (bits & BaseAddress0::kTypeMask) == BaseAddress0::kType64Bit &&
          bar + 1 < count;
      AddMemory(index, bar, bits, is_64_bit);
      if (is_64_bit) ++bar;
    }
  }

  uint32_t WriteOnes(uint16_t index, uint8_t bar) {
    const Address& address = topology_.functions[index].address;
    config_.Write32(address, OffsetOfBar(bar), kAllOnes);
    return config_.Read32(address, OffsetOfBar(bar));
  }

  void AddIo(uint16_t index, uint8_t bar, uint32_t bits) {
    const uint64_t size =
        LowestBit(bits & BaseAddress0::kIoAddressMask) % kIoPortCount;
    Add({.function = index,
         .bar = bar,
         .space = Space::kIo,
         .size_bytes = size,
         .alignment = size});
  }

  void AddMemory(uint16_t index, uint8_t bar, uint32_t bits, bool is_64_bit) {
    uint64_t address_bits = bits & BaseAddress0::kMemoryAddressMask;
    if (is_64_bit) {
      const uint32_t high = WriteOnes(index, static_cast<uint8_t>(bar + 1));
      address_bits |= uint64_t{high} << 32;
    }
    const uint64_t size = LowestBit(address_bits);
    if (size == 0) return;
    const uint64_t pages = std::max(size, kPageBytes);
    // A prefetchable BAR of 32 bits is as well off in a bridge's other window,
    // and does not hold that of the others below 4 GiB.
    const bool is_prefetchable =
        is_64_bit && (bits & BaseAddress0::kPrefetchable) != 0;
    Add({.function = index,
         .bar = bar,
         .space = is_prefetchable ? Space::kPrefetchable : Space::kMemory,
         .is_64_bit = is_64_bit,
         .size_bytes = pages,
         .alignment = pages});
  }

  void AddWindows(uint16_t index) {
    const uint8_t bus = BusBehind(index);
    if (bus == 0) return;
    for (const Space space : kSpaces) {
      Add({.function = index,
           .bar = Resource::kWindow,
           .child_bus = bus,
           .space = space,
           .is_64_bit = space == Space::kPrefetchable});
    }
  }

  /// 0 if there was no number left for it.
  uint8_t BusBehind(uint16_t bridge) const {
    for (size_t bus = 1; bus <= topology_.last_bus; ++bus) {
      if (topology_.buses[bus].bridge == bridge) {
        return static_cast<uint8_t>(bus);
      }
    }
    return 0;
  }

  void Add(const Resource& resource) { storage_[used_++] = resource; }

  PciConfig& config_;
  const Topology& topology_;
  std::span<Resource> storage_;
  uint32_t used_ = 0;
};

}  // namespace

Result<Resources> Resources::Measure(PciConfig& config,
                                     const Topology& topology,
                                     Arena& arena) {
  const auto storage = TRY(arena.AllocateArray<Resource>(
      topology.functions.size() * kMostResources));
  const auto slices = TRY(arena.AllocateArray<Slice>(kBusCount));
  Collector collector(config, topology, storage);
  for (size_t i = 0; i < topology.buses.size(); ++i) {
    const Bus& bus = topology.buses[i];
    slices[i].first = collector.used();
    for (uint16_t j = 0; j < bus.function_count; ++j) {
      collector.AddFunction(static_cast<uint16_t>(bus.first_function + j));
    }
    slices[i].count = collector.used() - slices[i].first;
  }
  return Resources(topology, storage.first(collector.used()), slices);
}

}  // namespace flint::pci
