// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loader/bls/entry.h"
#include "loader/boot_plan/boot_plan.h"
#include "loader/boot_plan/volume.h"
#include "platforms/base/result.h"

namespace flint::boot_plan {

/// Adds the program that a volume offers where removable media have theirs, as
/// `\EFI\BOOT\BOOTX64.EFI`, if there is one; or why it cannot be opened.
/// [uefi-2.10 3.5.1.1] kNoMemory if the plan's arena is full.
Status AddRemovableProgram(const Volume& volume,
                           bls::Architecture architecture,
                           BootPlan& plan);

}  // namespace flint::boot_plan
