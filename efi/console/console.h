// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/clock/clock.h"
#include "drivers/console/text_input.h"
#include "drivers/console/text_output.h"
#include "efi/environment/environment.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// What a console is made of; all must outlive the environment.
struct ConsoleParts {
  console::TextInput& in;
  console::TextOutput& out;
  clock::Clock& clock;
};

/// Makes the system console: one handle with all protocols for text, which
/// becomes console input, output and standard error of the system table. Its
/// device path says where it is: a PC's first serial port, with a terminal that
/// speaks UTF-8. Sends nothing. [uefi-2.10 12]
///
/// kNoMemory.
Status InstallConsole(Environment& environment, const ConsoleParts& parts);

}  // namespace flint::efi
