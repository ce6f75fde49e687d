// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "boot/firmware/machine.h"
#include "boot/firmware/uefi_programs.h"
#include "boot/firmware/uefi_system.h"
#include "efi/boot_manager/boot_manager.h"
#include "efi/variables/variable_services.h"
#include "loader/boot_plan/boot_plan.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// Boots UEFI programs and boot options. The first brings up the UEFI
/// environment.
class UefiBooter final : public boot_plan::Booter, private ProgramWatch {
 public:
  /// Both must outlive the booter. Programs that `plan` has as boot entries are
  /// told of it.
  UefiBooter(Machine& machine, const boot_plan::BootPlan& plan)
      : machine_(machine), plan_(plan) {}

  /// Adds the boot options that variables ask for to a plan. Fails if the UEFI
  /// environment does not come up, or for want of memory (kNoMemory).
  Status AddOptions(boot_plan::BootPlan& plan);

  /// The UEFI variables, once the environment is up; nothing if it is not.
  std::optional<efi::VariableServices> variables();

  /// Returns only if the program could not be started, or came back.
  Failure Boot(const boot_plan::Candidate& candidate) override;

 private:
  // ProgramWatch
  void OnProgramStarts() override;
  void OnProgramEnds() override;

  Status BringUp();

  Machine& machine_;
  const boot_plan::BootPlan& plan_;
  UefiSystem* system_ = nullptr;
  /// Of the one attempt at bringing it up.
  Status up_;
  /// Once it is up.
  std::optional<UefiPrograms> programs_;
  std::optional<efi::BootManager> manager_;
};

}  // namespace flint::boot
