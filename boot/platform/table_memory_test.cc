// SPDX-License-Identifier: Apache-2.0
#include "boot/platform/table_memory.h"

#include <array>

#include "boot/memory/e820.h"
#include "testing/result_matchers.h"

namespace flint::platform {
namespace {

using memory::E820Entry;
using memory::E820Type;
using testing::IsError;
using testing::IsOkAndHolds;

class TableMemoryTest : public ::testing::Test {
 protected:
  TableMemoryTest() {
    const std::array ram{
        E820Entry{0x10'0000, 0x20'0000, E820Type::kRam},
        E820Entry{uint64_t{4} << 30, 0x100'0000, E820Type::kRam},
    };
    map_.Build(ram, uint64_t{1} << 40);
  }

  std::array<memory::MemoryRange, 32> ranges_;
  memory::MemoryMap map_{ranges_};
  MapTableMemory tables_{map_, 0};
};

TEST_F(TableMemoryTest, TakesPagesBelow4GibThatStay) {
  ASSERT_OK_AND_ASSIGN(const uint64_t address,
                       tables_.AllocateHigh(0x1001, 0x4000));

  EXPECT_LT(address, uint64_t{4} << 30);
  EXPECT_EQ(address % 0x4000, 0u);
  EXPECT_EQ(map_.Find(address)->type, memory::MemoryType::kAcpiNvs);
  EXPECT_EQ(map_.Find(address)->size_bytes(), 0x2000u);
}

TEST_F(TableMemoryTest, FailsIfThereIsNoneBelow4Gib) {
  EXPECT_THAT(tables_.AllocateHigh(0x20'1000, 1),
              IsError(ErrorCode::kNoMemory));
}

TEST_F(TableMemoryTest, TakesTheTopOfReservedRoom) {
  ASSERT_OK_AND_ASSIGN(const uint64_t room, MapTableMemory::Reserve(map_));
  ASSERT_EQ(room, 0x20'0000u);
  MapTableMemory tables(map_, room);

  EXPECT_THAT(tables.AllocateHigh(0x1800, 64), IsOkAndHolds(0x2F'E000u));
  EXPECT_THAT(tables.AllocateHigh(0x1000, 0x4000), IsOkAndHolds(0x2F'C000u));
  ASSERT_OK(tables.Finish());

  EXPECT_EQ(map_.Find(0x2F'E000)->type, memory::MemoryType::kAcpiNvs);
  EXPECT_EQ(map_.Find(0x2F'BFFF)->type, memory::MemoryType::kFree);
  EXPECT_EQ(map_.Find(0x2F'BFFF)->address, 0x10'0000u);
}

TEST_F(TableMemoryTest, TakesOtherPagesIfTheRoomIsTooSmall) {
  ASSERT_OK_AND_ASSIGN(const uint64_t room, MapTableMemory::Reserve(map_));
  MapTableMemory tables(map_, room);

  EXPECT_THAT(tables.AllocateHigh(0xFF000, 1), IsOkAndHolds(0x20'1000u));
  EXPECT_THAT(tables.AllocateHigh(0x2000, 1), IsOkAndHolds(0x1F'E000u));
  ASSERT_OK(tables.Finish());

  EXPECT_EQ(map_.Find(0x20'0000)->type, memory::MemoryType::kFree);
}

TEST_F(TableMemoryTest, FillsTheFSegmentFrontToBack) {
  EXPECT_THAT(tables_.AllocateFSegment(20, 1), IsOkAndHolds(0xF'0000u));
  EXPECT_THAT(tables_.AllocateFSegment(36, 64), IsOkAndHolds(0xF'0040u));
  EXPECT_THAT(tables_.AllocateFSegment(1, 1), IsOkAndHolds(0xF'0070u));
}

TEST_F(TableMemoryTest, FailsIfTheFSegmentIsFull) {
  EXPECT_THAT(tables_.AllocateFSegment(0x1'0001, 1),
              IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(tables_.AllocateFSegment(0x1'0000, 1), IsOkAndHolds(0xF'0000u));
  EXPECT_THAT(tables_.AllocateFSegment(1, 1), IsError(ErrorCode::kNoMemory));
}

}  // namespace
}  // namespace flint::platform
