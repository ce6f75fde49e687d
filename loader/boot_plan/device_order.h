// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::boot_plan {

/// A function on a PCI bus.
struct PciSlot {
  uint8_t device = 0;
  uint8_t function = 0;
  bool operator==(const PciSlot&) const = default;
};

/// A device the VM may be booted from, as QEMU's boot order names them.
///
/// Lines are paths as in Open Firmware, such as
/// `/pci@i0cf8/pci-bridge@1,2/scsi@3/disk@0,0` or
/// `/virtio-mmio@00000000feb02a00/disk@0,0`; all numbers are hexadecimal.
struct BootDevice {
  /// Bridges nest no deeper than this; a line with more is no device of ours.
  static constexpr size_t kMaxSlots = 8;

  /// What of the controller it is.
  enum class Unit : uint8_t {
    kNone,       // the line ends at the controller, or means something else
    kDisk,       // `disk@target,lun`; what virtio-blk's disk is called, too
    kAtaDisk,    // `drive@channel/disk@unit`
    kNamespace,  // `namespace@number`
  };

  /// The line's position from 0: less is earlier.
  uint32_t index = 0;
  /// The first bus behind the root: 0 unless there are several roots.
  uint32_t root_bus = 0;
  /// From the root over bridges to the controller. None: it is not on PCI.
  std::array<PciSlot, kMaxSlots> slots{};
  uint8_t slot_count = 0;
  /// Of a controller on virtio-mmio.
  uint64_t mmio_address = 0;
  Unit unit = Unit::kNone;
  /// Target, channel or number; then LUN or unit.
  std::array<uint32_t, 2> unit_address{};

  std::span<const PciSlot> path() const {
    return std::span(slots).first(slot_count);
  }
};

/// From which devices, and in which order, the VM's owner wants it booted: what
/// QEMU makes of `bootindex`. Empty if nothing was said.
class DeviceOrder final {
 public:
  /// Lines looked at; more say nothing.
  static constexpr size_t kMaxDevices = 256;

  DeviceOrder() = default;

  /// Reads the contents of fw_cfg's file `bootorder`. Lines that mean no device
  /// on PCI or virtio-mmio are left out. kNoMemory if the arena is full.
  static Result<DeviceOrder> Parse(std::string_view text, Arena& arena);

  std::span<const BootDevice> devices() const { return devices_; }

  /// The first line about that device, whose index does not matter: one about
  /// its controller, and about the same unit unless one of the two has none.
  std::optional<uint32_t> IndexOf(const BootDevice& device) const;

  /// True if nothing else is to be booted from (`-boot strict=on`).
  bool is_strict() const { return is_strict_; }

 private:
  std::span<const BootDevice> devices_;
  bool is_strict_ = false;
};

}  // namespace flint::boot_plan
