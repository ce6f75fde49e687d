// SPDX-License-Identifier: Apache-2.0
//
// Budgets: what a boot may cost. Counts from Flint's first instruction to the
// kernel's, without those that wait: they hardly depend on the machine. Who
// makes one smaller lowers its budget; the figures are in the test's XML.
#include "testing/bench/cost.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "testing/bench/contest.h"
#include "testing/bench/scenarios.h"
#include "testing/qemu/status_matchers.h"

namespace flint::bench {
namespace {

constexpr uint64_t kKib = 1 << 10;

/// What one boot cost when it was last looked at.
struct Budget {
  uint64_t instructions;
  uint64_t register_accesses;
  uint64_t disk_reads;
  uint64_t serial_characters;
  uint64_t memory_bytes;
};

// What depends on how busy the host is, and with what.

/// Timers interrupt more often.
constexpr uint64_t ToleratedInstructions(const Budget& budget) {
  return budget.instructions / 32;
}
/// So they do here; and the clock is measured once a disk takes seconds.
constexpr uint64_t ToleratedAccesses(const Budget& budget) {
  return 8 + budget.register_accesses / 32;
}
/// Durations have more digits.
constexpr uint64_t kToleratedCharacters = 4;
/// Stacks are deeper in another's interrupts.
constexpr uint64_t kToleratedMemory = 32 * kKib;

/// Fails if it is more, and if it is so much less that the budget would let it
/// be lost again unseen.
void ExpectNear(std::string_view what,
                uint64_t figure,
                uint64_t budget,
                uint64_t tolerance) {
  ::testing::Test::RecordProperty(std::string(what), std::to_string(figure));
  EXPECT_LE(figure, budget + tolerance) << what << ": over the budget";
  EXPECT_GE(figure, budget - budget / 10)
      << what << ": far below the budget; lower it";
}

void ExpectCosts(const Budget& budget, const Contender& contender) {
  ASSERT_OK_AND_ASSIGN(const Cost cost, CostOf(contender));
  ExpectNear("instructions",
             cost.own_instructions,
             budget.instructions,
             ToleratedInstructions(budget));
  ExpectNear("register_accesses",
             cost.own_register_accesses,
             budget.register_accesses,
             ToleratedAccesses(budget));
  ExpectNear("disk_reads", cost.disk_reads, budget.disk_reads, 0);
  ExpectNear("serial_characters",
             cost.serial_characters,
             budget.serial_characters,
             kToleratedCharacters);
  ExpectNear(
      "memory_bytes", cost.memory_bytes, budget.memory_bytes, kToleratedMemory);
}

// Kernel and initrd of 80 MiB, from a FAT of 512-byte clusters.
TEST(Cost, OfAnEntryByPvh) {
  ExpectCosts({.instructions = 1'676'000,
               .register_accesses = 335,
               .disk_reads = 45,
               .serial_characters = 154,
               .memory_bytes = 84'456 * kKib},
              Flint(WithDisk("entry.img")));
}

TEST(Cost, OfAnEntryByRom) {
  ExpectCosts({.instructions = 1'805'000,
               .register_accesses = 466,
               .disk_reads = 45,
               .serial_characters = 167,
               .memory_bytes = 84'012 * kKib},
              FlintRom(WithDisk("entry.img")));
}

// The same as a unified kernel image.
TEST(Cost, OfAUnifiedKernelByRom) {
  ExpectCosts({.instructions = 3'318'000,
               .register_accesses = 532,
               .disk_reads = 50,
               .serial_characters = 156,
               .memory_bytes = 85'392 * kKib},
              FlintRom(WithDisk("unified.img")));
}

// Kernel and initrd of 5 MiB from ext4, by GRUB, none of whose instructions and
// accesses count; a timer's do, a hundred for each tenth of a second.
TEST(Cost, OfGrubByRom) {
  ExpectCosts({.instructions = 6'416'000,
               .register_accesses = 659,
               .disk_reads = 41,
               .serial_characters = 255,
               .memory_bytes = 32'688 * kKib},
              FlintRom(WithDisk("small_grub.img")));
}

}  // namespace
}  // namespace flint::bench
