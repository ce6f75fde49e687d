// SPDX-License-Identifier: Apache-2.0
//
// Budgets: what a boot may cost. Counts, so they do not depend on the machine;
// who makes one smaller lowers its budget.
#include "testing/bench/cost.h"

#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "testing/bench/scenarios.h"
#include "testing/qemu/status_matchers.h"

namespace flint::bench {
namespace {

/// The machine in which Flint does what the scenario's name says.
const Contender* FindFlint(const std::vector<Scenario>& scenarios,
                           std::string_view name) {
  for (const Scenario& scenario : scenarios) {
    if (scenario.name != name) continue;
    for (const Contender& contender : scenario.contenders) {
      if (contender.firmware == "Flint") return &contender;
    }
  }
  return nullptr;
}

// 80 MiB, from a FAT of 512-byte clusters.
TEST(Cost, OfAnEntryIsWithinItsBudget) {
  const std::vector<Scenario> scenarios = Scenarios({});
  const Contender* const flint =
      FindFlint(scenarios, "Boot Loader Specification entry");
  ASSERT_NE(flint, nullptr);
  ASSERT_OK_AND_ASSIGN(const Cost cost, Measure(flint->machine));

  // SeaBIOS before us takes 5 million, 1150 accesses, and 12 reads.
  EXPECT_LT(cost.instructions, 16'000'000);
  // SeaBIOS polls timers: hundreds more on a host that is busy.
  EXPECT_LT(cost.register_accesses, 4000);
  EXPECT_GE(cost.disk_reads, 40);
  EXPECT_LE(cost.disk_reads, 60);
  EXPECT_LT(cost.serial_characters, 200);
  EXPECT_LT(cost.memory_bytes, 92 << 20);
}

}  // namespace
}  // namespace flint::bench
