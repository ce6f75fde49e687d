// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "efi/abi/system_table.h"
#include "efi/runtime/handoff.h"

namespace flint::efi {

/// Which services there are after ExitBootServices. [uefi-2.10 4.6.2]
namespace runtime_service {
inline constexpr uint32_t kGetTime = 0x0001;
inline constexpr uint32_t kSetTime = 0x0002;
inline constexpr uint32_t kGetWakeupTime = 0x0004;
inline constexpr uint32_t kSetWakeupTime = 0x0008;
inline constexpr uint32_t kGetVariable = 0x0010;
inline constexpr uint32_t kGetNextVariableName = 0x0020;
inline constexpr uint32_t kSetVariable = 0x0040;
inline constexpr uint32_t kSetVirtualAddressMap = 0x0080;
inline constexpr uint32_t kConvertPointer = 0x0100;
inline constexpr uint32_t kGetNextHighMonotonicCount = 0x0200;
inline constexpr uint32_t kResetSystem = 0x0400;
inline constexpr uint32_t kUpdateCapsule = 0x0800;
inline constexpr uint32_t kQueryCapsuleCapabilities = 0x1000;
inline constexpr uint32_t kQueryVariableInfo = 0x2000;
}  // namespace runtime_service

/// The runtime properties table of a machine with that clock: everything but
/// capsules, and what the clock cannot do.
constexpr abi::EFI_RT_PROPERTIES_TABLE MakeRuntimeProperties(
    const RuntimeClock& clock) {
  using namespace runtime_service;  // NOLINT(google-build-using-namespace)
  uint32_t supported = kGetVariable | kGetNextVariableName | kSetVariable |
                       kQueryVariableInfo | kSetVirtualAddressMap |
                       kConvertPointer | kGetNextHighMonotonicCount |
                       kResetSystem;
  if (clock.kind != RuntimeClockKind::kNone) supported |= kGetTime | kSetTime;
  if (clock.kind == RuntimeClockKind::kCmos && clock.has_alarm != 0) {
    supported |= kGetWakeupTime | kSetWakeupTime;
  }
  return {.Version = 1,
          .Length = sizeof(abi::EFI_RT_PROPERTIES_TABLE),
          .RuntimeServicesSupported = supported};
}

}  // namespace flint::efi
