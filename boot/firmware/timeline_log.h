// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "boot/timeline/timeline.h"
#include "drivers/clock/clock.h"

namespace flint::boot {

/// Writes the marks to the log, for who debugs (`flint.log=debug`): how long
/// after the first one each was made. Costs nothing where nobody does.
void LogTimeline(const Timeline& timeline, clock::Clock& clock);

}  // namespace flint::boot
