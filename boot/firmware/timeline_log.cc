// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/timeline_log.h"

#include "platforms/base/log.h"

namespace flint::boot {

void LogTimeline(const Timeline& timeline, clock::Clock& clock) {
  // Asks for the clock's frequency, which may have to be measured.
  if (!log::Enabled(log::Level::kDebug)) return;
  for (const Mark& mark : timeline.marks()) {
    const uint64_t ticks = mark.ticks - timeline.marks().front().ticks;
    log::Debug("{} us: {}{}{}",
               clock.TicksToNs(ticks) / clock::kNanosecondsPerMicrosecond,
               ToString(mark.stage),
               mark.subject.empty() ? "" : ": ",
               mark.subject);
  }
}

}  // namespace flint::boot
