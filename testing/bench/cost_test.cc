// SPDX-License-Identifier: Apache-2.0
//
// Budgets: what a boot may cost. Counts from Flint's first instruction to the
// kernel's, without those that wait: they do not depend on the machine. Who
// makes one smaller lowers its budget.
#include "testing/bench/cost.h"

#include <cstdint>

#include "gtest/gtest.h"
#include "testing/bench/contest.h"
#include "testing/bench/scenarios.h"
#include "testing/qemu/status_matchers.h"

namespace flint::bench {
namespace {

constexpr uint64_t kMib = 1 << 20;

/// To measure the clock, as happens where a host is so busy that a disk takes
/// seconds.
constexpr uint64_t kClockAccesses = 8;

struct Budget {
  uint64_t instructions;
  uint64_t register_accesses;
  uint64_t disk_reads;
  uint64_t serial_characters;
  uint64_t memory_bytes;
};

void ExpectWithin(const Budget& budget, const Contender& contender) {
  ASSERT_OK_AND_ASSIGN(const Cost cost, CostOf(contender));
  EXPECT_LE(cost.own_instructions, budget.instructions);
  EXPECT_LE(cost.own_register_accesses,
            budget.register_accesses + kClockAccesses);
  EXPECT_LE(cost.disk_reads, budget.disk_reads);
  EXPECT_LE(cost.serial_characters, budget.serial_characters);
  EXPECT_LE(cost.memory_bytes, budget.memory_bytes);
  // It is really what was to be measured that was.
  EXPECT_GT(cost.own_instructions, 0u);
  EXPECT_GT(cost.disk_reads, 0u);
}

// Kernel and initrd of 80 MiB, from a FAT of 512-byte clusters.
TEST(Cost, OfAnEntryByPvh) {
  ExpectWithin({.instructions = 1'678'000,
                .register_accesses = 336,
                .disk_reads = 45,
                .serial_characters = 160,
                .memory_bytes = 89 * kMib},
               Flint(WithDisk("entry.img")));
}

TEST(Cost, OfAnEntryByRom) {
  ExpectWithin({.instructions = 1'806'000,
                .register_accesses = 476,
                .disk_reads = 45,
                .serial_characters = 170,
                .memory_bytes = 90 * kMib},
               FlintRom(WithDisk("entry.img")));
}

// The same as a unified kernel image.
TEST(Cost, OfAUnifiedKernelByRom) {
  ExpectWithin({.instructions = 3'350'000,
                .register_accesses = 547,
                .disk_reads = 50,
                .serial_characters = 160,
                .memory_bytes = 94 * kMib},
               FlintRom(WithDisk("unified.img")));
}

// Kernel and initrd of 5 MiB from ext4, by GRUB, none of whose instructions and
// accesses count; a timer's do, a hundred for each tenth of a second.
TEST(Cost, OfGrubByRom) {
  ExpectWithin({.instructions = 6'450'000,
                .register_accesses = 660,
                .disk_reads = 41,
                .serial_characters = 260,
                .memory_bytes = 47 * kMib},
               FlintRom(WithDisk("small_grub.img")));
}

}  // namespace
}  // namespace flint::bench
