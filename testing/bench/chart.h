// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "testing/bench/report.h"

namespace flint::bench {

/// A picture (SVG): for each scenario a bar for each firmware, as long as it
/// takes instructions, in the segments of its way. Where some are too short to
/// be seen beside others, they follow once more, enlarged.
std::string ToChart(std::span<const ScenarioResults> scenarios);

}  // namespace flint::bench
