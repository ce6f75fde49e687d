// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "efi/boot_manager/boot_variables.h"
#include "efi/boot_manager/load_option.h"
#include "efi/boot_manager/program_runner.h"
#include "efi/handles/handle_database.h"
#include "efi/memory/pool_services.h"
#include "efi/variables/variable_services.h"
#include "loader/boot_plan/boot_plan.h"
#include "loader/boot_plan/device_order.h"
#include "loader/boot_plan/failure.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Boots what the variables BootNext, BootOrder and Boot#### say: adds it to
/// the plan, and starts it when its turn comes. [uefi-2.10 3.1]
class BootManager final {
 public:
  /// All must outlive the boot manager.
  struct Parts {
    HandleDatabase& handles;
    PoolServices& pool;
    VariableServices variables;
    ProgramRunner& runner;
  };

  explicit BootManager(const Parts& parts)
      : parts_(parts), variables_(parts.variables) {}
  BootManager(const BootManager&) = delete;
  BootManager& operator=(const BootManager&) = delete;

  /// Adds load options to the plan: that of BootNext, which is deleted, before
  /// all others; then the active ones of BootOrder, those on devices of `order`
  /// first. An option that is missing or makes no sense is a finding. What the
  /// plan needs is copied to `arena`. kNoMemory.
  Status AddOptions(const boot_plan::DeviceOrder& order,
                    Arena& arena,
                    boot_plan::BootPlan& plan);

  /// Starts a candidate of kind kLoadOption: what its path may mean, one after
  /// the other, until something could be loaded. Returns if that came back, or
  /// nothing could be.
  Failure Boot(const boot_plan::Candidate& candidate);

 private:
  Status AddOption(uint16_t number,
                   bool is_next,
                   const boot_plan::DeviceOrder& order,
                   Arena& arena,
                   boot_plan::BootPlan& plan);
  boot_plan::Rank RankOf(const LoadOption& option,
                         const boot_plan::DeviceOrder& order);

  Parts parts_;
  BootVariables variables_;
};

}  // namespace flint::efi
