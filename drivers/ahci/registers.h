// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/register_io.h"

/// The registers of an AHCI host bus adapter. [ahci-1.3.1 3]
namespace flint::ahci {

/// Host capabilities. [ahci-1.3.1 3.1.1]
struct Capabilities : io::Register<uint32_t, 0x00> {
  static constexpr Value k64BitAddresses = Value{1} << 31;
  static constexpr Value kStaggeredSpinUp = Value{1} << 27;
  static constexpr uint32_t SlotCount(Value value) {
    return (value >> 8 & 0x1F) + 1;
  }
};

/// [ahci-1.3.1 3.1.2]
struct GlobalControl : io::Register<uint32_t, 0x04> {
  static constexpr Value kReset = 1 << 0;
  static constexpr Value kAhciEnable = Value{1} << 31;
};

struct PortsImplemented : io::Register<uint32_t, 0x0C> {};

inline constexpr uint32_t kMaxPorts = 32;
inline constexpr uint64_t kFirstPortOffset = 0x100;
inline constexpr uint64_t kPortBytes = 0x80;
inline constexpr uint64_t kRegisterBytes =
    kFirstPortOffset + kMaxPorts * kPortBytes;

// One port's. [ahci-1.3.1 3.3]
struct CommandListBase : io::Register<uint64_t, 0x00> {};
struct ReceivedFisBase : io::Register<uint64_t, 0x08> {};

struct InterruptStatus : io::Register<uint32_t, 0x10> {
  static constexpr Value kDeviceToHost = 1 << 0;
  static constexpr Value kPioSetup = 1 << 1;
  static constexpr Value kTaskFileError = Value{1} << 30;
  static constexpr Value kHostBusFatal = Value{1} << 29;
  static constexpr Value kHostBusData = Value{1} << 28;
  static constexpr Value kInterfaceFatal = Value{1} << 27;
  static constexpr Value kOverflow = Value{1} << 24;
  /// After these no more commands are worked on.
  static constexpr Value kErrors = kTaskFileError | kHostBusFatal |
                                   kHostBusData | kInterfaceFatal | kOverflow;
};

struct InterruptEnable : io::Register<uint32_t, 0x14> {};

struct CommandAndStatus : io::Register<uint32_t, 0x18> {
  static constexpr Value kStart = 1 << 0;
  static constexpr Value kSpinUp = 1 << 1;
  static constexpr Value kPowerOn = 1 << 2;
  static constexpr Value kReceiveFis = 1 << 4;
  static constexpr Value kReceivingFis = 1 << 14;
  static constexpr Value kRunning = 1 << 15;
  static constexpr Value kInterfaceActive = 1 << 28;
};

struct TaskFile : io::Register<uint32_t, 0x20> {
  static constexpr Value kError = 1 << 0;
  static constexpr Value kDataRequest = 1 << 3;
  static constexpr Value kBusy = 1 << 7;
  /// The error register of ATA.
  static constexpr uint8_t ErrorOf(Value value) {
    return static_cast<uint8_t>(value >> 8);
  }
};

struct Signature : io::Register<uint32_t, 0x24> {
  static constexpr Value kDisk = 0x0000'0101;
  static constexpr Value kPacketDevice = 0xEB14'0101;
};

struct SataStatus : io::Register<uint32_t, 0x28> {
  /// Device detection: nobody; communication established.
  static constexpr Value kDetectionMask = 0xF;
  static constexpr Value kNoDevice = 0x0;
  static constexpr Value kEstablished = 0x3;
};

struct SataControl : io::Register<uint32_t, 0x2C> {
  static constexpr Value kNoReset = 0x0;
  static constexpr Value kReset = 0x1;
  /// Partial and slumber are not for us.
  static constexpr Value kNoPowerManagement = 0x300;
};

struct SataError : io::Register<uint32_t, 0x30> {
  static constexpr Value kAll = 0xFFFF'FFFF;
};

struct CommandIssue : io::Register<uint32_t, 0x38> {};

}  // namespace flint::ahci
