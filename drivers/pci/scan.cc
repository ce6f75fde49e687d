// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci/scan.h"

#include <cstddef>
#include <optional>

#include "drivers/pci/registers.h"

namespace flint::pci {
namespace {

constexpr uint8_t kDevicesPerBus = 32;
constexpr uint8_t kFunctionsPerDevice = 8;

/// What hardware answers for a function that is not there; some answer 0.
bool IsAbsent(uint16_t vendor_id) {
  return vendor_id == 0xFFFF || vendor_id == 0;
}

/// One walk over one range of buses.
class Walk {
 public:
  Walk(PciConfig& config,
       const BusRange& range,
       std::span<Function> storage,
       size_t& used,
       const RootBuses& more_roots)
      : config_(config),
        range_(range),
        storage_(storage),
        used_(used),
        reachable_(more_roots) {}

  /// False once the storage is full.
  bool Run() {
    reachable_[range_.first_bus] = true;
    for (size_t bus = range_.first_bus; bus <= range_.last_bus; ++bus) {
      if (reachable_[bus] && !VisitBus(static_cast<uint8_t>(bus))) return false;
    }
    return true;
  }

 private:
  bool VisitBus(uint8_t bus) {
    for (uint8_t device = 0; device < kDevicesPerBus; ++device) {
      if (!VisitDevice({range_.segment, bus, device, 0})) return false;
    }
    return true;
  }

  bool VisitDevice(Address address) {
    const std::optional<uint8_t> header_type = VisitFunction(address);
    if (full_) return false;
    if (!header_type || !(*header_type & HeaderType::kMultiFunction)) {
      return true;
    }
    const bool host_bridge = IsHostBridge(address);
    for (uint8_t function = 1; function < kFunctionsPerDevice; ++function) {
      address.function = function;
      if (!VisitFunction(address)) {
        if (full_) return false;
        continue;
      }
      if (host_bridge && IsHostBridge(address)) {
        MarkReachable(size_t{range_.first_bus} + function);
      }
    }
    return true;
  }

  /// Records the function, and returns its header type, if there is one.
  std::optional<uint8_t> VisitFunction(const Address& address) {
    const uint32_t ids = config_.Read<VendorAndDevice>(address);
    const uint16_t vendor_id = VendorAndDevice::VendorId(ids);
    if (IsAbsent(vendor_id)) return std::nullopt;
    if (used_ == storage_.size()) {
      full_ = true;
      return std::nullopt;
    }
    const uint8_t header_type = config_.Read<HeaderType>(address);
    const uint8_t layout = header_type & HeaderType::kLayoutMask;
    storage_[used_++] = {
        .address = address,
        .vendor_id = vendor_id,
        .device_id = VendorAndDevice::DeviceId(ids),
        .header_layout = layout,
    };
    if (layout == HeaderType::kBridge) {
      MarkReachable(BusNumbers::Secondary(config_.Read<BusNumbers>(address)));
    }
    return header_type;
  }

  /// Several root buses show as several host bridge functions at the first
  /// slot, function n leading to bus n.
  bool IsHostBridge(const Address& address) {
    return address.bus == range_.first_bus && address.device == 0 &&
           ClassAndRevision::Class(config_.Read<ClassAndRevision>(address)) ==
               ClassAndRevision::kHostBridge;
  }

  /// A bus that has been passed (unassigned numbers and loops lead there) is
  /// not visited again.
  void MarkReachable(size_t bus) {
    if (bus <= range_.last_bus) reachable_[bus] = true;
  }

  PciConfig& config_;
  const BusRange range_;
  std::span<Function> storage_;
  size_t& used_;
  bool full_ = false;
  RootBuses reachable_;
};

}  // namespace

ScanResult Scan(PciConfig& config,
                std::span<Function> storage,
                const RootBuses& more_roots) {
  size_t used = 0;
  bool complete = true;
  for (const BusRange& range : config.bus_ranges()) {
    complete = Walk(config, range, storage, used, more_roots).Run();
    if (!complete) break;
  }
  return {.functions = storage.first(used), .complete = complete};
}

}  // namespace flint::pci
