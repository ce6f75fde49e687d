// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/register_io.h"

/// The registers of the configuration header that the firmware uses, named as
/// in [pci-3.0 6.1].
namespace flint::pci {

/// Vendor ID in the low half, Device ID in the high half.
struct VendorAndDevice : io::Register<uint32_t, 0x00> {
  static constexpr uint16_t VendorId(Value value) {
    return static_cast<uint16_t>(value);
  }
  static constexpr uint16_t DeviceId(Value value) {
    return static_cast<uint16_t>(value >> 16);
  }
};

struct Command : io::Register<uint16_t, 0x04> {
  static constexpr Value kIoSpace = 1 << 0;
  static constexpr Value kMemorySpace = 1 << 1;
  static constexpr Value kBusMaster = 1 << 2;
  static constexpr Value kInterruptDisable = 1 << 10;
};

struct StatusRegister : io::Register<uint16_t, 0x06> {
  static constexpr Value kCapabilitiesList = 1 << 4;
};

/// Revision ID and the three bytes of the class code.
struct ClassAndRevision : io::Register<uint32_t, 0x08> {
  static constexpr uint16_t kHostBridge = 0x0600;
  static constexpr uint16_t kBridgeBaseClass = 0x06;

  /// Base class and sub-class.
  static constexpr uint16_t Class(Value value) {
    return static_cast<uint16_t>(value >> 16);
  }

  /// With the programming interface below, which says whose driver it wants.
  static constexpr uint32_t kAhci = 0x010601;
  static constexpr uint32_t kNvme = 0x010802;
  static constexpr uint32_t WithInterface(Value value) { return value >> 8; }
};

struct HeaderType : io::Register<uint8_t, 0x0E> {
  static constexpr Value kMultiFunction = 1 << 7;
  static constexpr Value kLayoutMask = 0x7F;
  static constexpr Value kDevice = 0x00;
  static constexpr Value kBridge = 0x01;
};

/// The first Base Address Register; the others follow at steps of 4.
struct BaseAddress0 : io::Register<uint32_t, 0x10> {
  static constexpr Value kIoSpace = 1 << 0;
  static constexpr Value kIoAddressMask = ~Value{0b11};
  static constexpr Value kTypeMask = 0b110;
  static constexpr Value kType32Bit = 0b000;
  static constexpr Value kTypeBelow1MiB = 0b010;
  static constexpr Value kType64Bit = 0b100;
  static constexpr Value kPrefetchable = 1 << 3;
  static constexpr Value kMemoryAddressMask = ~Value{0b1111};
};

/// Of a bridge: Primary, Secondary, Subordinate Bus Number, Latency Timer.
/// [pci-bridge-1.2 3.2.5]
struct BusNumbers : io::Register<uint32_t, 0x18> {
  static constexpr uint8_t Secondary(Value value) {
    return static_cast<uint8_t>(value >> 8);
  }
};

/// Subsystem Vendor ID in the low half, Subsystem ID in the high half.
struct Subsystem : io::Register<uint32_t, 0x2C> {
  static constexpr uint16_t Id(Value value) {
    return static_cast<uint16_t>(value >> 16);
  }
};

struct CapabilitiesPointer : io::Register<uint8_t, 0x34> {};

}  // namespace flint::pci
