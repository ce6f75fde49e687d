// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "testing/bench/cost.h"

namespace flint::bench {

/// What was measured of one firmware in one scenario.
struct Result {
  std::string firmware;
  /// 0 if it is not known.
  uint64_t image_bytes = 0;
  Cost cost;
  /// One for each round.
  std::vector<double> seconds;
};

struct ScenarioResults {
  std::string scenario;
  std::vector<Result> results = {};
};

/// For people: a table for each scenario, in Markdown.
std::string ToTable(std::span<const ScenarioResults> scenarios);

/// For programs.
std::string ToJson(std::span<const ScenarioResults> scenarios);

}  // namespace flint::bench
