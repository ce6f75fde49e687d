// SPDX-License-Identifier: Apache-2.0

// An image that checks its own behaviour (--config=guest_checked) ends with
// the reason in its report. Nobody else would notice these mistakes.

#include <string>

#include "boot/testing/guest_test_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/qemu/machine.h"

namespace flint::boot {
namespace {

using qemu::Machine;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Ne;
using ::testing::Not;

std::string RunChecked(const std::string& command) {
  return RunImage(Machine::Q35(), "guest_checked.elf", command);
}

TEST(CheckedQemu, ReportsAStackThatWasWrittenOver) {
  EXPECT_THAT(RunChecked("overrun"),
              AllOf(HasSubstr("panic: a function overran its stack frame\n"),
                    Not(HasSubstr("done\n"))));
}

TEST(CheckedQemu, ReportsWhatWouldBeUndefinedBehaviour) {
  const auto report = [](const std::string& reason) {
    return AllOf(
        ContainsRegex("check of the compiler failed: " + reason +
                      "\nexception 6 \\(invalid opcode\\) at 2[0-9a-f]{5}, "
                      "error code 0\n"),
        ContainsRegex("called from: 2[0-9a-f]{5}"),
        Not(HasSubstr("done\n")));
  };

  EXPECT_THAT(RunChecked("bounds"), report("array index out of bounds"));
  EXPECT_THAT(RunChecked("shift"), report("shift by too much.*"));
  EXPECT_THAT(RunChecked("misaligned"), report("null, misaligned .*"));
  EXPECT_THAT(RunChecked("no-result"), report("unreachable code was reached"));
}

TEST(CheckedQemu, HasAnotherCanaryEachTime) {
  // With a hardware random number generator, and without.
  for (const std::string cpu : {"max", "max,-rdrand"}) {
    const Machine machine = Machine::Q35().WithCpu(cpu);
    const std::string first =
        RunImage(machine, "guest_checked.elf", "stack-guard");
    EXPECT_THAT(first, ContainsRegex("stack guard: [0-9a-f]{14}00\ndone\n"));
    EXPECT_THAT(RunImage(machine, "guest_checked.elf", "stack-guard"),
                Ne(first));
  }
}

}  // namespace
}  // namespace flint::boot
