// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "drivers/pci/pci_config.h"
#include "drivers/pci_assignment/assignment.h"
#include "drivers/pci_assignment/bridge.h"
#include "drivers/pci_assignment/topology.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::pci {

/// Something on a bus that wants addresses: a BAR, or a window of a bridge for
/// what is on the bus behind it.
struct Resource {
  static constexpr uint8_t kWindow = 0xFF;

  /// Index of the function it belongs to.
  uint16_t function = 0;
  uint8_t bar = 0;  // or kWindow
  /// Of a window, the bus behind the bridge.
  uint8_t child_bus = 0;
  Space space = Space::kIo;
  /// Can take any address.
  bool is_64_bit = false;
  /// 0 for a window that nobody needs.
  uint64_t size_bytes = 0;
  uint64_t alignment = 1;
  /// Nothing if no place was found.
  std::optional<uint64_t> address = std::nullopt;
};

/// All resources, those of a bus beside each other.
class Resources final {
 public:
  /// Asks every BAR for its size, which leaves ones in it: functions must not
  /// decode anything. kNoMemory.
  static Result<Resources> Measure(PciConfig& config,
                                   const Topology& topology,
                                   Arena& arena);

  /// Finds addresses for all, with what bridges want reserved or, if something
  /// would find no place then, without. Returns how many found none.
  size_t Place(const HostWindows& windows);

  /// In no order; valid as long as the arena.
  std::span<const Resource> all() const { return all_; }

 private:
  /// Which resources are on a bus.
  struct Slice {
    uint32_t first = 0;
    uint32_t count = 0;
  };

  /// Free addresses, taken front to back.
  struct Cursor {
    uint64_t next;
    uint64_t end;

    std::optional<uint64_t> Take(const Resource& resource);
  };

  Resources(const Topology& topology,
            std::span<Resource> all,
            std::span<Slice> slices)
      : topology_(topology), all_(all), slices_(slices) {}

  std::span<Resource> OnBus(size_t bus) {
    return all_.subspan(slices_[bus].first, slices_[bus].count);
  }
  size_t PlaceAll(const HostWindows& windows, bool with_reserve);
  void SizeWindows(bool with_reserve);
  void PlaceOnRoots(const HostWindows& windows);
  void PlaceOnRoots(Space space, Cursor& low, Cursor* high);
  void PlaceBehindBridges();
  Cursor ChooseIo(const HostWindows& windows);

  Topology topology_;
  std::span<Resource> all_;
  std::span<Slice> slices_;
};

}  // namespace flint::pci
