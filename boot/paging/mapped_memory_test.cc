// SPDX-License-Identifier: Apache-2.0
#include "boot/paging/mapped_memory.h"

#include <vector>

#include "boot/memory/memory_map.h"
#include "boot/paging/fake_tlb.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::paging {
namespace {

using memory::E820Entry;
using memory::E820Type;
using testing::IsError;

constexpr uint64_t kPage = 0x1000;
constexpr uint64_t kMiB = uint64_t{1} << 20;

class MappedMemoryTest : public ::testing::Test {
 protected:
  PageTables MakeTables() {
    identity_.AddRegion(0, 8 * kMiB);
    map_.Build({{E820Entry{0, 0xA'0000, E820Type::kRam},
                 E820Entry{kMiB, 2 * kMiB, E820Type::kRam},
                 E820Entry{3 * kMiB, kMiB, E820Type::kReserved},
                 E820Entry{4 * kMiB, kMiB, E820Type::kAcpiNvs},
                 E820Entry{5 * kMiB, kMiB, E820Type::kUnusable}}},
               kFeatures.identity_limit());
    EXPECT_OK(map_.Mark(6 * kMiB, kPage, memory::MemoryType::kMmio));
    return *PageTables::Create(identity_, map_, tlb_, kFeatures);
  }

  static constexpr PagingFeatures kFeatures = {.no_execute = true};

  FakeGuestMemory identity_;
  FakeTlb tlb_;
  std::vector<memory::MemoryRange> storage_ =
      std::vector<memory::MemoryRange>(64);
  memory::MemoryMap map_{storage_};
  PageTables tables_ = MakeTables();
  MappedMemory memory_{identity_, map_, tables_};
};

TEST_F(MappedMemoryTest, GivesAccessToRamAndAcpiTables) {
  ASSERT_OK_AND_ASSIGN(const auto ram, memory_.Map(2 * kMiB, kMiB));
  ASSERT_OK_AND_ASSIGN(const auto acpi, memory_.Map(4 * kMiB, kMiB));

  EXPECT_EQ(ram.size(), kMiB);
  EXPECT_EQ(memory_.AddressOf(acpi.data()), 4 * kMiB);
  // Those are MapAddressSpace's to map.
  EXPECT_EQ(tables_.Translate(2 * kMiB), std::nullopt);
}

TEST_F(MappedMemoryTest, RefusesWhatIsNotMemory) {
  EXPECT_THAT(memory_.Map(0, 1), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(memory_.Map(0xFFF, 2), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(memory_.Map(5 * kMiB, 1), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(memory_.Map(5 * kMiB - 1, 2), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(memory_.Map(6 * kMiB, 1), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(memory_.Map(7 * kMiB, 1), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(memory_.Map(7 * kMiB, 0), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(memory_.Map(UINT64_MAX, 2), IsError(ErrorCode::kOutOfRange));
}

TEST_F(MappedMemoryTest, MapsReservedPagesReadOnlyWhenAsked) {
  ASSERT_OK(memory_.Map(3 * kMiB + 0x1FFF, 2));

  for (const uint64_t page : {0x1000u, 0x2000u}) {
    EXPECT_EQ(tables_.Translate(3 * kMiB + page),
              (Translation{.physical_address = 3 * kMiB + page,
                           .attributes = {.access = Access::kReadOnly},
                           .page_bytes = kPage}));
  }
  EXPECT_EQ(tables_.Translate(3 * kMiB), std::nullopt);
  EXPECT_EQ(tables_.Translate(3 * kMiB + 0x3000), std::nullopt);
}

TEST_F(MappedMemoryTest, MapsAcrossFromRamIntoReserved) {
  ASSERT_OK(memory_.Map(3 * kMiB - 8, 16));

  EXPECT_EQ(tables_.Translate(3 * kMiB - 8), std::nullopt);
  EXPECT_NE(tables_.Translate(3 * kMiB), std::nullopt);
}

TEST_F(MappedMemoryTest, LeavesMappedPagesAsTheyAre) {
  constexpr Attributes kDevice = {.access = Access::kReadWrite,
                                  .caching = Caching::kUncached};
  ASSERT_OK(tables_.MapIdentity(3 * kMiB + kPage, kPage, kDevice));

  ASSERT_OK(memory_.Map(3 * kMiB, 3 * kPage));

  EXPECT_EQ(tables_.Translate(3 * kMiB)->attributes.access, Access::kReadOnly);
  EXPECT_EQ(tables_.Translate(3 * kMiB + kPage)->attributes, kDevice);
  EXPECT_EQ(tables_.Translate(3 * kMiB + 2 * kPage)->attributes.access,
            Access::kReadOnly);
}

}  // namespace
}  // namespace flint::paging
