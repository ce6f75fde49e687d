// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/register_io.h"

/// The registers of an NVMe controller. [nvme-1.4 3.1]
namespace flint::nvme {

/// [nvme-1.4 3.1.1]
struct Capabilities : io::Register<uint64_t, 0x00> {
  static constexpr uint32_t MaxQueueEntries(Value value) {
    return static_cast<uint32_t>(value & 0xFFFF) + 1;
  }
  /// How long it may take to become ready, or not. Generous, as it counts in
  /// large units.
  static constexpr uint64_t TimeoutNs(Value value) {
    constexpr uint64_t kUnitNs = 500'000'000;
    return ((value >> 24 & 0xFF) + 1) * kUnitNs;
  }
  /// Bytes from one doorbell to the next.
  static constexpr uint64_t DoorbellStride(Value value) {
    return uint64_t{4} << (value >> 32 & 0xF);
  }
  static constexpr Value kNvmCommandSet = Value{1} << 37;
  static constexpr uint64_t MinPageBytes(Value value) {
    return uint64_t{4096} << (value >> 48 & 0xF);
  }
};

/// [nvme-1.4 3.1.2]
struct Version : io::Register<uint32_t, 0x08> {
  static constexpr Value k1Dot1 = 0x0001'0100;
};

/// [nvme-1.4 3.1.5]
struct Configuration : io::Register<uint32_t, 0x14> {
  static constexpr Value kEnable = 1 << 0;
  static constexpr Value kNormalShutdown = 1 << 14;
  /// Sizes of the queues' entries, as powers of two: 64 and 16 bytes. Pages
  /// are of 4 KiB.
  static constexpr Value kEntrySizes = 6 << 16 | 4 << 20;
};

/// [nvme-1.4 3.1.6]
struct ControllerStatus : io::Register<uint32_t, 0x1C> {
  static constexpr Value kReady = 1 << 0;
  static constexpr Value kFatal = 1 << 1;
  static constexpr Value kShutdownMask = 3 << 2;
  static constexpr Value kShutdownComplete = 2 << 2;
  /// What it reads as when the controller is gone.
  static constexpr Value kGone = 0xFFFF'FFFF;
};

/// Sizes of the admin queues, minus one. [nvme-1.4 3.1.8]
struct AdminQueueSizes : io::Register<uint32_t, 0x24> {};
struct AdminSubmissionBase : io::Register<uint64_t, 0x28> {};
struct AdminCompletionBase : io::Register<uint64_t, 0x30> {};

/// Where the doorbells begin: two for each queue pair. [nvme-1.4 3.1.24]
inline constexpr uint64_t kDoorbellsOffset = 0x1000;

}  // namespace flint::nvme
