// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/runtime/handoff.h"
#include "efi/variables/variable_services.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guid.h"

namespace flint::efi {

/// Of the variables that this firmware keeps for itself.
inline constexpr Guid kFlintVariableGuid =
    Guid::Of("7a0e8f4c-5f1d-4b8e-9c57-2f6c1d0b9e34");

/// The upper half of the monotonic count, 4 bytes.
inline constexpr char16_t kMonotonicCountName[] = u"MonotonicCount";

/// Time zone (2 bytes) and daylight saving (1 byte) as SetTime has them.
inline constexpr char16_t kTimeZoneName[] = u"TimeZone";

inline constexpr uint32_t kFirmwareOnly =
    abi::EFI_VARIABLE_NON_VOLATILE | abi::EFI_VARIABLE_BOOTSERVICE_ACCESS;

/// The memory of a block of the hand-off.
inline MutableBytes MemoryOf(const RuntimeBlock& block) {
  // SAFETY: the hand-off holds no other addresses than those of its memory.
  return {reinterpret_cast<std::byte*>(block.address), block.size_bytes};
}

/// The variables of the hand-off, as the current phase has them.
inline VariableServices VariablesOf(const RuntimeHandoff& handoff,
                                    VariableObserver* observer) {
  return {VariableArea(MemoryOf(handoff.nonvolatile)),
          VariableArea(MemoryOf(handoff.volatiles)),
          handoff.phase == RuntimePhase::kBoot ? VariablePhase::kBoot
                                               : VariablePhase::kRuntime,
          observer};
}

/// Tells the boot firmware, while it is there.
class HookObserver final : public VariableObserver {
 public:
  explicit HookObserver(const RuntimeHooks& hooks) : hooks_(hooks) {}

  abi::EFI_STATUS OnNonvolatileChange() override {
    return hooks_.on_nonvolatile_change != nullptr
               ? hooks_.on_nonvolatile_change(hooks_.context)
               : abi::EFI_SUCCESS;
  }

 private:
  const RuntimeHooks& hooks_;
};

}  // namespace flint::efi
