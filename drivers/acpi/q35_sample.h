// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "platforms/base/fake_guest_memory.h"

namespace flint::acpi {

/// The ACPI tables of a QEMU 7.2 q35 machine of 128 MiB (SeaBIOS 1.16.2, no
/// devices), as they lay in its memory: `pmemsave` in the QEMU monitor.
struct Q35Sample {
  static constexpr uint64_t kRsdpAddress = 0xF'59E0;  // revision 0
  static constexpr uint64_t kFacsAddress = 0x7FE'0000;
  static constexpr uint64_t kDsdtAddress = 0x7FE'0040;
  static constexpr uint64_t kFadtAddress = 0x7FE'2034;
  static constexpr uint64_t kMadtAddress = 0x7FE'2128;
  static constexpr uint64_t kHpetAddress = 0x7FE'21A0;
  static constexpr uint64_t kMcfgAddress = 0x7FE'21D8;
  static constexpr uint64_t kWaetAddress = 0x7FE'2214;
  static constexpr uint64_t kRsdtAddress = 0x7FE'223C;

  /// Puts the tables where they were.
  static void Load(FakeGuestMemory& memory);
};

}  // namespace flint::acpi
