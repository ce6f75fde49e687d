// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "boot/firmware/machine.h"
#include "boot/firmware/uefi_booter.h"
#include "loader/boot_plan/boot_plan.h"

namespace flint::boot {

/// Completes a plan by what is asked for, and decides what is tried first: by
/// settings, by UEFI variables, which `has_variables` says there are, or by
/// somebody in front of the menu. The order is that of
/// `efi/boot_manager/README.md`. What cannot be followed is a warning.
void ChooseWhatToBoot(Machine& machine,
                      UefiBooter& uefi,
                      bool has_variables,
                      boot_plan::BootPlan& plan);

}  // namespace flint::boot
