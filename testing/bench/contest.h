// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "testing/bench/cost.h"
#include "testing/bench/scenarios.h"

namespace flint::bench {

/// A part of the way from the firmware's first instruction to the end.
struct Segment {
  /// What has been done at its end, in the words of Flint's timeline; or, of
  /// others, whose code it is: "firmware", "boot loader", "kernel".
  std::string name;
  uint64_t instructions = 0;
};

/// What was measured of one firmware in one scenario.
struct Result {
  std::string firmware;
  /// 0 if it is not known.
  uint64_t image_bytes = 0;
  Cost cost;
  /// Their instructions add up to the cost's.
  std::vector<Segment> segments = {};
  /// One for each round.
  std::vector<double> seconds = {};
};

/// Counts what a contender takes. The errors of `Measure`, and of reading its
/// files.
absl::StatusOr<Result> Count(const Contender& contender);

/// The cost alone, in one run of the machine.
absl::StatusOr<Cost> CostOf(const Contender& contender);

}  // namespace flint::bench
