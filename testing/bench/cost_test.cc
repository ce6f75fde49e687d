// SPDX-License-Identifier: Apache-2.0
//
// Budgets: what a boot may cost. Counts, so they do not depend on the machine;
// who makes one smaller lowers its budget.
#include "testing/bench/cost.h"

#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "testing/bench/firmware_file.h"
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
  ASSERT_OK_AND_ASSIGN(const FirmwareFile image,
                       ReadFirmwareFile(flint->image));
  ASSERT_OK_AND_ASSIGN(const Cost cost,
                       Measure({flint->machine, image.first_instruction}));

  EXPECT_LT(cost.instructions, 4'600'000);
  EXPECT_LE(cost.register_accesses, 331);
  EXPECT_GE(cost.disk_reads, 40);
  EXPECT_LE(cost.disk_reads, 54);
  EXPECT_LT(cost.serial_characters, 200);
  EXPECT_LT(cost.memory_bytes, 92 << 20);
}

}  // namespace
}  // namespace flint::bench
