// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::scsi {

/// What a logical unit says was wrong. [spc-4 4.5]
struct Sense {
  static constexpr uint8_t kNoSense = 0x0;
  static constexpr uint8_t kRecoveredError = 0x1;
  static constexpr uint8_t kNotReady = 0x2;
  static constexpr uint8_t kMediumError = 0x3;
  static constexpr uint8_t kHardwareError = 0x4;
  static constexpr uint8_t kIllegalRequest = 0x5;
  static constexpr uint8_t kUnitAttention = 0x6;
  static constexpr uint8_t kDataProtect = 0x7;
  static constexpr uint8_t kAbortedCommand = 0xB;

  /// Additional sense codes.
  static constexpr uint8_t kLogicalUnitNotReady = 0x04;
  static constexpr uint8_t kLbaOutOfRange = 0x21;
  static constexpr uint8_t kMediumNotPresent = 0x3A;

  uint8_t key = kNoSense;
  uint8_t code = 0;
  uint8_t qualifier = 0;

  bool operator==(const Sense&) const = default;

  bool no_medium() const {
    return key == kNotReady && code == kMediumNotPresent;
  }
};

/// As much of sense data as is asked for. [spc-4 4.5.3]
inline constexpr size_t kSenseBytes = 18;

/// Reads sense data of either format; no sense if it is of none.
/// [spc-4 4.5.2, 4.5.3]
Sense ParseSense(Bytes data);

/// What it means for whoever wanted something of the unit.
Error ErrorOf(const Sense& sense);

}  // namespace flint::scsi
