// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci_assignment/topology.h"

#include "drivers/pci/registers.h"
#include "drivers/pci_assignment/bridge.h"

namespace flint::pci {
namespace {

constexpr uint8_t kDevicesPerBus = 32;
constexpr uint8_t kFunctionsPerDevice = 8;
constexpr uint8_t kLastBus = kBusCount - 1;

bool IsAbsent(uint16_t vendor_id) {
  return vendor_id == 0xFFFF || vendor_id == 0;
}

class Walk {
 public:
  Walk(PciConfig& config,
       std::span<Function> functions,
       std::span<uint16_t> classes,
       std::span<Bus> buses)
      : config_(config),
        functions_(functions),
        classes_(classes),
        buses_(buses) {}

  void Run(size_t extra_root_count) {
    WalkTree(0);
    // Their numbers are not known, so each that is free is looked at.
    while (extra_root_count > 0 && last_bus_ < kLastBus) {
      const auto root = static_cast<uint8_t>(last_bus_ + 1);
      WalkTree(root);
      if (buses_[root].function_count > 0) --extra_root_count;
    }
  }

  Topology Finish() const {
    return {.functions = functions_.first(used_),
            .classes = classes_.first(used_),
            .buses = buses_,
            .last_bus = last_bus_,
            .is_complete = is_complete_};
  }

 private:
  /// Numbers what is below a root bus, depth first: down through each bridge as
  /// it is found, up when a bus has no more.
  void WalkTree(uint8_t root) {
    last_bus_ = root;
    ListBus(root, kDevicesPerBus);
    uint8_t bus = root;
    while (true) {
      if (const auto bridge = NextBridge(bus)) {
        bus = Descend(bus, *bridge);
      } else if (bus != root) {
        bus = Ascend(bus);
      } else {
        return;
      }
    }
  }

  /// The next bridge of a bus that nobody has gone through.
  std::optional<uint16_t> NextBridge(uint8_t bus) {
    if (last_bus_ == kLastBus) return std::nullopt;
    const Bus& entry = buses_[bus];
    for (uint16_t& next = next_function_[bus]; next < entry.function_count;) {
      const auto index = static_cast<uint16_t>(entry.first_function + next++);
      if (functions_[index].header_layout == HeaderType::kBridge) return index;
    }
    return std::nullopt;
  }

  uint8_t Descend(uint8_t parent, uint16_t bridge_index) {
    const Address& address = functions_[bridge_index].address;
    const auto bus = ++last_bus_;
    const Bridge bridge = ReadBridge(config_, address);
    buses_[bus].bridge = bridge_index;
    buses_[bus].parent = parent;
    buses_[bus].reserve = bridge.reserve;
    // All that follow, until it is known how many there are.
    WriteBusNumbers(config_, address, parent, bus, kLastBus);
    ListBus(bus, bridge.is_link ? 1 : kDevicesPerBus);
    return bus;
  }

  uint8_t Ascend(uint8_t bus) {
    const Bus& entry = buses_[bus];
    const size_t reserved = size_t{bus} + entry.reserve.bus_count;
    if (reserved > last_bus_ && reserved <= kLastBus) {
      last_bus_ = static_cast<uint8_t>(reserved);
    }
    WriteBusNumbers(config_,
                    functions_[*entry.bridge].address,
                    entry.parent,
                    bus,
                    last_bus_);
    return entry.parent;
  }

  void ListBus(uint8_t bus, uint8_t device_count) {
    buses_[bus].first_function = static_cast<uint16_t>(used_);
    for (uint8_t device = 0; device < device_count; ++device) {
      ListDevice({.segment = 0, .bus = bus, .device = device, .function = 0});
    }
    buses_[bus].function_count =
        static_cast<uint16_t>(used_ - buses_[bus].first_function);
  }

  void ListDevice(Address address) {
    const auto header_type = ListFunction(address);
    if (!header_type || !(*header_type & HeaderType::kMultiFunction)) return;
    for (uint8_t function = 1; function < kFunctionsPerDevice; ++function) {
      address.function = function;
      ListFunction(address);
    }
  }

  /// Its header type, if it is there.
  std::optional<uint8_t> ListFunction(const Address& address) {
    const uint32_t ids = config_.Read<VendorAndDevice>(address);
    const uint16_t vendor_id = VendorAndDevice::VendorId(ids);
    if (IsAbsent(vendor_id)) return std::nullopt;
    if (used_ == functions_.size()) {
      is_complete_ = false;
      return std::nullopt;
    }
    const uint8_t header_type = config_.Read<HeaderType>(address);
    classes_[used_] =
        ClassAndRevision::Class(config_.Read<ClassAndRevision>(address));
    functions_[used_++] = {
        .address = address,
        .vendor_id = vendor_id,
        .device_id = VendorAndDevice::DeviceId(ids),
        .header_layout =
            static_cast<uint8_t>(header_type & HeaderType::kLayoutMask),
    };
    return header_type;
  }

  PciConfig& config_;
  std::span<Function> functions_;
  std::span<uint16_t> classes_;
  std::span<Bus> buses_;
  size_t used_ = 0;
  uint8_t last_bus_ = 0;
  bool is_complete_ = true;
  /// Of each bus, how many of its functions have been looked at.
  std::array<uint16_t, kBusCount> next_function_{};
};

}  // namespace

Result<Topology> NumberBuses(PciConfig& config,
                             size_t extra_root_count,
                             Arena& arena) {
  Walk walk(config,
            TRY(arena.AllocateArray<Function>(kMaxAssignedFunctions)),
            TRY(arena.AllocateArray<uint16_t>(kMaxAssignedFunctions)),
            TRY(arena.AllocateArray<Bus>(kBusCount)));
  walk.Run(extra_root_count);
  return walk.Finish();
}

}  // namespace flint::pci
