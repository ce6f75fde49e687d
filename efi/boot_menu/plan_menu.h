// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "efi/boot_menu/menu_session.h"
#include "loader/boot_plan/boot_plan.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Lets somebody choose among a plan's candidates, but for hidden ones, and
/// edit the command line of a boot entry. What is chosen is tried first; if
/// nobody does anything before the countdown ends (`BootMenu::kForever`: it
/// does not), the plan stays as it was. Shows nothing if there is nothing to
/// choose, or no time.
///
/// `arena` holds what the plan needs of it. kNoMemory: the plan stays as it
/// was.
Status ChooseByMenu(const MenuTerminal& terminal,
                    uint32_t countdown_seconds,
                    Arena& arena,
                    boot_plan::BootPlan& plan);

}  // namespace flint::efi
