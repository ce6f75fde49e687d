// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "testing/bench/contest.h"

namespace flint::bench {

struct ScenarioResults {
  std::string scenario;
  /// The size of kernel and initrd, which nobody can do without.
  uint64_t payload_bytes = 0;
  std::vector<Result> results = {};
};

/// For people: a table for each scenario, in Markdown.
std::string ToTable(std::span<const ScenarioResults> scenarios);

/// For programs.
std::string ToJson(std::span<const ScenarioResults> scenarios);

}  // namespace flint::bench
