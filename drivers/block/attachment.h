// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/pci/pci_config.h"

namespace flint::block {

/// Where a disk is: its controller, and which of the controller's disks it is.
/// What its UEFI device path is made of, and its place in QEMU's boot order
/// found by.
///
///     Attachment::OnPci(function).SataPort(2)
struct Attachment {
  enum class Bus : uint8_t { kPci, kVirtioMmio };
  enum class Unit : uint8_t {
    kWhole,  // the controller is the disk, as with virtio-blk
    kSataPort,
    kNvmeNamespace,
    kScsi,
  };

  Bus bus = Bus::kPci;
  /// The controller on PCI.
  pci::Address function{};
  /// Where the registers of one on virtio-mmio are.
  uint64_t mmio_address = 0;

  Unit unit = Unit::kWhole;
  /// Port, namespace identifier, or SCSI target.
  uint32_t number = 0;
  /// Of a SCSI target.
  uint16_t lun = 0;
  /// Of a namespace; 0 if it has none.
  uint64_t eui64 = 0;

  static constexpr Attachment OnPci(const pci::Address& function) {
    return {.bus = Bus::kPci, .function = function};
  }
  static constexpr Attachment OnVirtioMmio(uint64_t address) {
    return {.bus = Bus::kVirtioMmio, .mmio_address = address};
  }

  constexpr Attachment SataPort(uint32_t port) const {
    Attachment disk = *this;
    disk.unit = Unit::kSataPort;
    disk.number = port;
    return disk;
  }
  constexpr Attachment NvmeNamespace(uint32_t id, uint64_t its_eui64) const {
    Attachment disk = *this;
    disk.unit = Unit::kNvmeNamespace;
    disk.number = id;
    disk.eui64 = its_eui64;
    return disk;
  }
  constexpr Attachment ScsiUnit(uint16_t target, uint16_t its_lun) const {
    Attachment disk = *this;
    disk.unit = Unit::kScsi;
    disk.number = target;
    disk.lun = its_lun;
    return disk;
  }
};

}  // namespace flint::block
