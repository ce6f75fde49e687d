// SPDX-License-Identifier: Apache-2.0

// What a memory map does when its storage is nearly, or really, full.

#include <array>
#include <vector>

#include "boot/memory/memory_map.h"
#include "testing/result_matchers.h"

namespace flint::memory {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using testing::IsError;

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr uint64_t kLimit = uint64_t{1} << 40;

TEST(MemoryMapStorage, HoldsEveryEntryOfALargeMap) {
  std::vector<MemoryRange> storage(1024);
  MemoryMap map(storage);
  std::vector<E820Entry> entries;
  for (uint64_t i = 0; i < 512; ++i) {
    entries.push_back({kMiB + i * 2 * kPageSizeBytes,
                       kPageSizeBytes,
                       i % 2 == 0 ? E820Type::kRam : E820Type::kReserved});
  }

  map.Build(entries, kLimit);

  EXPECT_EQ(map.ranges().size(), 513u);
  EXPECT_EQ(map.forgotten_bytes(), 0u);
}

TEST(MemoryMapStorage, ForgetsRamRatherThanReservationsWhenFull) {
  std::array<MemoryRange, 4> storage;
  MemoryMap map(storage);

  // Three usable ranges: the second reservation cannot be recorded, nor can
  // the hole it leaves, so that the smaller side goes with it.
  map.Build({{E820Entry{kMiB, 9 * kMiB, E820Type::kRam},
              E820Entry{3 * kMiB, kMiB, E820Type::kReserved},
              E820Entry{8 * kMiB, kMiB, E820Type::kReserved}}},
            kLimit);

  EXPECT_THAT(
      map.ranges(),
      ElementsAre(MemoryRange{kMiB, 3 * kMiB, MemoryType::kFree},
                  MemoryRange{3 * kMiB, 4 * kMiB, MemoryType::kReserved},
                  MemoryRange{4 * kMiB, 8 * kMiB, MemoryType::kFree}));
  EXPECT_EQ(map.forgotten_bytes(), kMiB);
}

TEST(MemoryMapStorage, FailsCleanlyWhenAllocationsFillTheStorage) {
  std::array<MemoryRange, 8> storage;
  MemoryMap map(storage);
  map.Build({{E820Entry{kMiB, kGiB, E820Type::kRam}}}, kLimit);

  // Every second page, so that nothing merges and each takes two ranges more.
  for (const uint64_t page : {0u, 2u, 4u}) {
    ASSERT_OK(
        map.AllocateAt(kMiB + page * kPageSizeBytes, 1, MemoryUse::kFirmware));
  }
  ASSERT_EQ(map.ranges().size(), 7u);
  const std::vector<MemoryRange> before(map.ranges().begin(),
                                        map.ranges().end());

  EXPECT_THAT(map.AllocateAt(kMiB + 0x6000, 1, MemoryUse::kFirmware),
              IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(map.Mark(2 * kGiB, 1, MemoryType::kMmio), testing::IsOk());
  EXPECT_THAT(map.Allocate({.page_count = 4, .use = MemoryUse::kKernel}),
              IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(map.ranges().first(7), ElementsAreArray(before));
  EXPECT_OK(map.Free(kMiB, 1));
}

}  // namespace
}  // namespace flint::memory
