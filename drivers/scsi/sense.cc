// SPDX-License-Identifier: Apache-2.0
#include "drivers/scsi/sense.h"

#include <array>

namespace flint::scsi {
namespace {

/// Response codes: of the command, or of one before it. [spc-4 4.5.1]
constexpr uint8_t kFixedCurrent = 0x70;
constexpr uint8_t kFixedDeferred = 0x71;
constexpr uint8_t kDescriptorCurrent = 0x72;
constexpr uint8_t kDescriptorDeferred = 0x73;

/// [spc-4 4.5.3]
struct FixedSense {
  uint8_t response_code;
  uint8_t obsolete;
  uint8_t key;
  std::array<uint8_t, 9> other;
  uint8_t code;
  uint8_t qualifier;
};
static_assert(sizeof(FixedSense) == 14);

/// [spc-4 4.5.2]
struct DescriptorSense {
  uint8_t response_code;
  uint8_t key;
  uint8_t code;
  uint8_t qualifier;
};
static_assert(sizeof(DescriptorSense) == 4);

constexpr uint8_t kKeyMask = 0x0F;

}  // namespace

Sense ParseSense(Bytes data) {
  if (data.empty()) return {};
  switch (static_cast<uint8_t>(data[0]) & 0x7F) {
    case kFixedCurrent:
    case kFixedDeferred: {
      const auto fixed = ReadWire<FixedSense>(data);
      if (!fixed) return {};
      return {.key = static_cast<uint8_t>(fixed->key & kKeyMask),
              .code = fixed->code,
              .qualifier = fixed->qualifier};
    }
    case kDescriptorCurrent:
    case kDescriptorDeferred: {
      const auto descriptor = ReadWire<DescriptorSense>(data);
      if (!descriptor) return {};
      return {.key = static_cast<uint8_t>(descriptor->key & kKeyMask),
              .code = descriptor->code,
              .qualifier = descriptor->qualifier};
    }
    default:
      return {};
  }
}

Error ErrorOf(const Sense& sense) {
  switch (sense.key) {
    case Sense::kNotReady:
      return sense.no_medium()
                 ? Error(ErrorCode::kNotFound, "drive has no medium")
                 : Error(ErrorCode::kDeviceError, "disk is not ready");
    case Sense::kMediumError:
      return Error(ErrorCode::kDeviceError, "disk reports a medium error");
    case Sense::kHardwareError:
      return Error(ErrorCode::kDeviceError, "disk reports a hardware error");
    case Sense::kIllegalRequest:
      return sense.code == Sense::kLbaOutOfRange
                 ? Error(ErrorCode::kOutOfRange, "disk has no such block")
                 : Error(ErrorCode::kUnsupported, "disk refuses the command");
    case Sense::kUnitAttention:
      return Error(ErrorCode::kDeviceError,
                   "disk was reset, or its medium changed");
    case Sense::kDataProtect:
      return Error(ErrorCode::kReadOnly, "disk is write-protected");
    case Sense::kAbortedCommand:
      return Error(ErrorCode::kDeviceError, "disk aborted the command");
    default:
      return Error(ErrorCode::kDeviceError, "disk reports an error");
  }
}

}  // namespace flint::scsi
