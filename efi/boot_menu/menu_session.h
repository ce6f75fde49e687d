// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/clock/clock.h"
#include "drivers/console/text_input.h"
#include "drivers/console/text_output.h"
#include "efi/boot_menu/boot_menu.h"

namespace flint::efi {

/// A terminal with somebody in front of it, perhaps.
struct MenuTerminal {
  console::TextInput& in;
  console::TextOutput& out;
  clock::Clock& clock;
};

/// Shows the menu and waits until something is chosen, by a person or by the
/// end of the countdown. Leaves the terminal as it was, its screen cleared.
void RunMenu(const MenuTerminal& terminal, BootMenu& menu);

}  // namespace flint::efi
