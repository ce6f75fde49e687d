// SPDX-License-Identifier: Apache-2.0
#include "boot/memory/memory_map.h"

#include <array>
#include <ostream>
#include <vector>

#include "testing/result_matchers.h"

namespace flint::memory {

void PrintTo(const MemoryRange& range, std::ostream* out) {
  *out << std::hex << "[" << range.address << ", " << range.end << ") type "
       << std::dec << int{static_cast<uint8_t>(range.type)} << " owner "
       << range.owner;
}

namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOkAndHolds;

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr uint64_t kLimit = uint64_t{1} << 40;

constexpr MemoryRange kLegacyHole = {
    0xA'0000, 0x10'0000, MemoryType::kReserved};

class MemoryMapTest : public ::testing::Test {
 protected:
  void Build(std::vector<E820Entry> entries, uint64_t limit = kLimit) {
    map_.Build(entries, limit);
  }

  // RAM [1 MiB, 1 MiB + pages).
  void BuildPages(uint64_t page_count) {
    Build({{kMiB, page_count * kPageSizeBytes, E820Type::kRam}});
  }

  std::vector<MemoryRange> Ranges() const {
    return {map_.ranges().begin(), map_.ranges().end()};
  }

  // What the map holds above the legacy hole.
  std::vector<MemoryRange> High() const {
    std::vector<MemoryRange> high;
    for (const MemoryRange& range : map_.ranges()) {
      if (range.address >= kMiB) high.push_back(range);
    }
    return high;
  }

  std::array<MemoryRange, 64> storage_;
  MemoryMap map_{storage_};
};

TEST_F(MemoryMapTest, HandsOutNothingBeforeItIsBuilt) {
  EXPECT_THAT(map_.Allocate({.page_count = 1}), IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(map_.AllocateAt(kMiB, 1, MemoryUse::kFirmware),
              IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(map_.Free(kMiB, 1), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(map_.Mark(kMiB, 1, MemoryType::kMmio),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(map_.ranges(), IsEmpty());
  EXPECT_EQ(map_.Find(0), nullptr);
}

TEST_F(MemoryMapTest, SortsAndMergesEntries) {
  Build({{4 * kGiB, kGiB, E820Type::kRam},
         {kMiB, kMiB, E820Type::kRam},
         {2 * kMiB, kMiB, E820Type::kRam},
         {0, 0x8'0000, E820Type::kRam}});

  EXPECT_THAT(Ranges(),
              ElementsAre(MemoryRange{0, 0x8'0000, MemoryType::kFree},
                          kLegacyHole,
                          MemoryRange{kMiB, 3 * kMiB, MemoryType::kFree},
                          MemoryRange{4 * kGiB, 5 * kGiB, MemoryType::kFree}));
}

TEST_F(MemoryMapTest, ReservesTheLegacyHoleWhateverTheVmmSays) {
  Build({{0, kGiB, E820Type::kRam}});

  EXPECT_THAT(Ranges(),
              ElementsAre(MemoryRange{0, 0xA'0000, MemoryType::kFree},
                          kLegacyHole,
                          MemoryRange{kMiB, kGiB, MemoryType::kFree}));
}

TEST_F(MemoryMapTest, LetsTheStricterTypeWinInAnyOrder) {
  const std::vector<E820Entry> entries = {
      {kMiB, 8 * kMiB, E820Type::kRam},
      {2 * kMiB, 4 * kMiB, E820Type::kAcpiReclaim},
      {3 * kMiB, kMiB, E820Type::kUnusable},
      {3 * kMiB, 2 * kMiB, E820Type::kReserved}};
  const auto expected = std::to_array<MemoryRange>({
      {kMiB, 2 * kMiB, MemoryType::kFree},
      {2 * kMiB, 3 * kMiB, MemoryType::kAcpiReclaim},
      {3 * kMiB, 4 * kMiB, MemoryType::kUnusable},
      {4 * kMiB, 5 * kMiB, MemoryType::kReserved},
      {5 * kMiB, 6 * kMiB, MemoryType::kAcpiReclaim},
      {6 * kMiB, 9 * kMiB, MemoryType::kFree},
  });

  Build(entries);
  EXPECT_THAT(High(), ElementsAreArray(expected));

  Build({entries.rbegin(), entries.rend()});
  EXPECT_THAT(High(), ElementsAreArray(expected));
}

TEST_F(MemoryMapTest, ReadsEveryTypeAndTakesTheUnknownForReserved) {
  Build({{1 * kMiB, kMiB, E820Type::kRam},
         {2 * kMiB, kMiB, E820Type::kReserved},
         {3 * kMiB, kMiB, E820Type::kAcpiReclaim},
         {4 * kMiB, kMiB, E820Type::kAcpiNvs},
         {5 * kMiB, kMiB, E820Type::kUnusable},
         {6 * kMiB, kMiB, E820Type::kDisabled},
         {7 * kMiB, kMiB, E820Type::kPersistent},
         {8 * kMiB, kMiB, 0xF1A7}});

  std::vector<MemoryType> types;
  for (const MemoryRange& range : High()) types.push_back(range.type);
  EXPECT_THAT(types,
              ElementsAre(MemoryType::kFree,
                          MemoryType::kReserved,
                          MemoryType::kAcpiReclaim,
                          MemoryType::kAcpiNvs,
                          MemoryType::kUnusable,
                          MemoryType::kReserved,
                          MemoryType::kPersistent,
                          MemoryType::kReserved));
}

TEST_F(MemoryMapTest, IgnoresEmptyEntriesAndTypeZero) {
  Build({{kMiB, kMiB, E820Type::kRam},
         {kMiB, 0, E820Type::kReserved},
         {kMiB, kMiB, 0},
         {0, 0, 0}});

  EXPECT_THAT(High(),
              ElementsAre(MemoryRange{kMiB, 2 * kMiB, MemoryType::kFree}));
}

TEST_F(MemoryMapTest, RoundsRamInwardsAndAllElseOutwards) {
  Build({{kMiB + 1, 0x5000, E820Type::kRam},
         {2 * kMiB, 0xFFF, E820Type::kRam},
         {3 * kMiB + 0xFFF, 2, E820Type::kReserved}});

  EXPECT_THAT(
      High(),
      ElementsAre(
          MemoryRange{kMiB + 0x1000, kMiB + 0x5000, MemoryType::kFree},
          MemoryRange{3 * kMiB, 3 * kMiB + 0x2000, MemoryType::kReserved}));
}

TEST_F(MemoryMapTest, IgnoresRamThatWrapsAndCutsTheRestAtTheLimit) {
  Build({{kMiB, UINT64_MAX, E820Type::kRam},
         {kLimit - kMiB, 2 * kMiB, E820Type::kRam},
         {2 * kLimit, kMiB, E820Type::kRam},
         {kLimit - 0x1000, UINT64_MAX, E820Type::kReserved},
         {3 * kLimit, UINT64_MAX, E820Type::kReserved}});

  EXPECT_THAT(
      High(),
      ElementsAre(
          MemoryRange{kLimit - kMiB, kLimit - 0x1000, MemoryType::kFree},
          MemoryRange{kLimit - 0x1000, kLimit, MemoryType::kReserved}));
}

TEST_F(MemoryMapTest, ClaimsOnlyFreeRam) {
  Build({{kMiB, 3 * kMiB, E820Type::kRam},
         {2 * kMiB, kMiB, E820Type::kReserved}});

  map_.Claim(2 * kMiB - 1, 2 * kMiB, MemoryType::kImage);

  EXPECT_THAT(
      High(),
      ElementsAre(MemoryRange{kMiB, 2 * kMiB - 0x1000, MemoryType::kFree},
                  MemoryRange{2 * kMiB - 0x1000, 2 * kMiB, MemoryType::kImage},
                  MemoryRange{2 * kMiB, 3 * kMiB, MemoryType::kReserved},
                  MemoryRange{3 * kMiB, 4 * kMiB, MemoryType::kImage}));
}

TEST_F(MemoryMapTest, MarksWhatTablesDescribe) {
  Build({{kMiB, 3 * kMiB, E820Type::kRam}});

  EXPECT_OK(map_.Mark(0xE'0010, 0x24, MemoryType::kAcpiReclaim));
  EXPECT_OK(map_.Mark(kGiB, kMiB, MemoryType::kMmio));

  EXPECT_THAT(
      Ranges(),
      ElementsAre(MemoryRange{0xA'0000, 0xE'0000, MemoryType::kReserved},
                  MemoryRange{0xE'0000, 0xE'1000, MemoryType::kAcpiReclaim},
                  MemoryRange{0xE'1000, 0x10'0000, MemoryType::kReserved},
                  MemoryRange{kMiB, 4 * kMiB, MemoryType::kFree},
                  MemoryRange{kGiB, kGiB + kMiB, MemoryType::kMmio}));
}

TEST_F(MemoryMapTest, RefusesToMarkWhatIsOursAndWhatIsImpossible) {
  BuildPages(8);
  map_.Claim(kMiB, 0x1000, MemoryType::kImage);
  ASSERT_OK(map_.AllocateAt(kMiB + 0x3000, 1, MemoryUse::kKernel));
  const uint64_t generation = map_.generation();

  EXPECT_THAT(map_.Mark(kMiB - 1, 2, MemoryType::kReserved),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(map_.Mark(kMiB + 0x2FFF, 2, MemoryType::kReserved),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(map_.Mark(kGiB, 0, MemoryType::kReserved),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(map_.Mark(kGiB, 1, MemoryType::kFree),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(map_.Mark(kGiB, 1, MemoryType::kImage),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(map_.Mark(UINT64_MAX, 2, MemoryType::kReserved),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(map_.Mark(kLimit, 1, MemoryType::kReserved),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_EQ(map_.generation(), generation);
}

TEST_F(MemoryMapTest, AllocatesFromTheEndThatIsAskedFor) {
  BuildPages(16);

  EXPECT_THAT(map_.Allocate({.page_count = 2}),
              IsOkAndHolds(kMiB + 14 * kPageSizeBytes));
  EXPECT_THAT(map_.Allocate({.page_count = 2, .search = Search::kLowestFirst}),
              IsOkAndHolds(kMiB));
  EXPECT_THAT(map_.Allocate({.page_count = 13}), IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(map_.Allocate({.page_count = 12}), IsOkAndHolds(kMiB + 0x2000));
}

TEST_F(MemoryMapTest, RecordsUseAndOwner) {
  BuildPages(8);

  ASSERT_OK(map_.Allocate({.page_count = 1, .owner = 7}));
  ASSERT_OK(map_.Allocate({.page_count = 1, .owner = 8}));
  ASSERT_OK(map_.Allocate({.page_count = 1, .use = MemoryUse::kRuntime}));
  ASSERT_OK(map_.Allocate({.page_count = 1, .use = MemoryUse::kKernel}));
  ASSERT_OK(map_.Allocate({.page_count = 1, .use = MemoryUse::kKernel}));

  EXPECT_THAT(
      High(),
      ElementsAre(
          MemoryRange{kMiB, kMiB + 0x3000, MemoryType::kFree},
          MemoryRange{kMiB + 0x3000, kMiB + 0x5000, MemoryType::kKernel},
          MemoryRange{kMiB + 0x5000, kMiB + 0x6000, MemoryType::kRuntime},
          MemoryRange{kMiB + 0x6000, kMiB + 0x7000, MemoryType::kFirmware, 8},
          MemoryRange{kMiB + 0x7000, kMiB + 0x8000, MemoryType::kFirmware, 7}));
}

TEST_F(MemoryMapTest, AlignsInBothDirections) {
  BuildPages(1024);

  EXPECT_THAT(map_.Allocate({.page_count = 1, .alignment_bytes = kMiB}),
              IsOkAndHolds(4 * kMiB));
  EXPECT_THAT(map_.Allocate({.page_count = 1,
                             .alignment_bytes = 2 * kMiB,
                             .search = Search::kLowestFirst}),
              IsOkAndHolds(2 * kMiB));
  EXPECT_THAT(map_.Allocate({.page_count = 1, .alignment_bytes = 8 * kMiB}),
              IsError(ErrorCode::kNoMemory));
}

TEST_F(MemoryMapTest, KeepsWithinTheAddressesAskedFor) {
  BuildPages(16);

  EXPECT_THAT(map_.Allocate({.page_count = 1,
                             .min_address = kMiB + 0x2001,
                             .max_address = kMiB + 0x3FFE}),
              IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(map_.Allocate({.page_count = 1,
                             .min_address = kMiB + 0x2001,
                             .max_address = kMiB + 0x3FFF}),
              IsOkAndHolds(kMiB + 0x3000));
  EXPECT_THAT(map_.Allocate({.page_count = 1, .max_address = kMiB}),
              IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(map_.Allocate({.page_count = 1, .max_address = 0}),
              IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(map_.Allocate({.page_count = 1, .min_address = UINT64_MAX}),
              IsError(ErrorCode::kNoMemory));
}

TEST_F(MemoryMapTest, NeverHandsOutLowMemory) {
  Build({{0, 0xA'0000, E820Type::kRam}});

  EXPECT_THAT(map_.Allocate({.page_count = 1}), IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(map_.Allocate({.page_count = 1, .search = Search::kLowestFirst}),
              IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(map_.AllocateAt(0x1000, 1, MemoryUse::kFirmware),
              IsError(ErrorCode::kNoMemory));
}

TEST_F(MemoryMapTest, RefusesMeaninglessRequests) {
  BuildPages(16);

  EXPECT_THAT(map_.Allocate({.page_count = 0}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(map_.Allocate({.page_count = 1, .alignment_bytes = 0x3000}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(map_.Allocate({.page_count = UINT64_MAX / 8}),
              IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(map_.AllocateAt(kMiB + 1, 1, MemoryUse::kKernel),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(map_.AllocateAt(kMiB, 0, MemoryUse::kKernel),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(map_.AllocateAt(kMiB, UINT64_MAX / 4096, MemoryUse::kKernel),
              IsError(ErrorCode::kNoMemory));
}

TEST_F(MemoryMapTest, AllocatesAtAnAddressOnlyWhatIsAllFree) {
  BuildPages(8);
  ASSERT_OK(map_.AllocateAt(kMiB + 0x4000, 1, MemoryUse::kKernel));

  EXPECT_THAT(map_.AllocateAt(kMiB + 0x3000, 2, MemoryUse::kKernel),
              IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(map_.AllocateAt(kMiB + 0x7000, 2, MemoryUse::kKernel),
              IsError(ErrorCode::kNoMemory));
  EXPECT_OK(map_.AllocateAt(kMiB + 0x5000, 3, MemoryUse::kKernel));
}

TEST_F(MemoryMapTest, FreesExactlyWhatWasAllocated) {
  BuildPages(8);
  map_.Claim(kMiB, 0x1000, MemoryType::kImage);
  ASSERT_OK(map_.AllocateAt(kMiB + 0x2000, 2, MemoryUse::kKernel));
  ASSERT_OK(map_.AllocateAt(kMiB + 0x4000, 2, MemoryUse::kRuntime));

  EXPECT_THAT(map_.Free(kMiB, 1), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(map_.Free(kMiB + 0x1000, 2), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(map_.Free(kMiB + 0x5000, 2), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(map_.Free(kMiB + 0x2000, 0), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(map_.Free(kMiB + 0x2001, 1), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(map_.Free(kMiB + 0x2000, UINT64_MAX / 4096),
              IsError(ErrorCode::kNotFound));
  EXPECT_OK(map_.Free(kMiB + 0x3000, 2));

  EXPECT_THAT(
      High(),
      ElementsAre(
          MemoryRange{kMiB, kMiB + 0x1000, MemoryType::kImage},
          MemoryRange{kMiB + 0x1000, kMiB + 0x2000, MemoryType::kFree},
          MemoryRange{kMiB + 0x2000, kMiB + 0x3000, MemoryType::kKernel},
          MemoryRange{kMiB + 0x3000, kMiB + 0x5000, MemoryType::kFree},
          MemoryRange{kMiB + 0x5000, kMiB + 0x6000, MemoryType::kRuntime},
          MemoryRange{kMiB + 0x6000, kMiB + 0x8000, MemoryType::kFree}));
}

TEST_F(MemoryMapTest, KnowsWhatItCovers) {
  Build({{kMiB, kMiB, E820Type::kRam}, {2 * kMiB, 1, E820Type::kReserved}});

  EXPECT_TRUE(map_.Covers(kMiB, kMiB + 0x1000));
  EXPECT_FALSE(map_.Covers(kMiB, kMiB + 0x1001));
  EXPECT_TRUE(map_.Covers(2 * kMiB, 0));
  EXPECT_FALSE(map_.Covers(3 * kMiB, 0));
  EXPECT_FALSE(map_.Covers(kMiB, UINT64_MAX));
  EXPECT_EQ(map_.ram_bytes(), kMiB);
}

TEST_F(MemoryMapTest, ShowsAKernelItsMemory) {
  Build({{0, 0x9'FC00, E820Type::kRam},
         {0x9'FC00, 0x400, E820Type::kReserved},
         {kMiB, 7 * kMiB, E820Type::kRam},
         {8 * kMiB, kMiB, E820Type::kAcpiNvs}});
  map_.Claim(2 * kMiB, kMiB, MemoryType::kImage);
  map_.Claim(3 * kMiB, kMiB, MemoryType::kModule);
  ASSERT_OK(map_.AllocateAt(4 * kMiB, 1, MemoryUse::kKernel));
  ASSERT_OK(map_.AllocateAt(5 * kMiB, 256, MemoryUse::kRuntime));
  ASSERT_OK(map_.AllocateAt(6 * kMiB, 1, MemoryUse::kFirmware));
  ASSERT_OK(map_.Mark(kGiB, kMiB, MemoryType::kMmio));

  std::vector<E820Entry> table;
  E820Cursor cursor(map_);
  while (const auto entry = cursor.Next()) table.push_back(*entry);

  EXPECT_THAT(table,
              ElementsAre(E820Entry{0, 0x9'F000, E820Type::kRam},
                          E820Entry{0x9'F000, 0x6'1000, E820Type::kReserved},
                          E820Entry{kMiB, 4 * kMiB, E820Type::kRam},
                          E820Entry{5 * kMiB, kMiB, E820Type::kReserved},
                          E820Entry{6 * kMiB, 2 * kMiB, E820Type::kRam},
                          E820Entry{8 * kMiB, kMiB, E820Type::kAcpiNvs},
                          E820Entry{kGiB, kMiB, E820Type::kReserved}));
}

}  // namespace
}  // namespace flint::memory
