// SPDX-License-Identifier: Apache-2.0
#include "boot/paging/device_windows.h"

#include <vector>

#include "boot/memory/memory_map.h"
#include "boot/paging/fake_tlb.h"
#include "boot/paging/page_table_walker.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::paging {
namespace {

using memory::E820Entry;
using memory::E820Type;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOkAndHolds;

constexpr uint64_t kPage = 0x1000;
constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr uint64_t kTables = 16 * kMiB;
constexpr uint64_t kUpperHalf = 0xFFFF'8000'0000'0000;

class DeviceWindowsTest : public ::testing::Test {
 protected:
  PageTables MakeTables() {
    memory_.AddRegion(kTables, 4 * kMiB);
    map_.Build({{E820Entry{kTables, 4 * kMiB, E820Type::kRam},
                 E820Entry{32 * kMiB, kPage, E820Type::kAcpiNvs},
                 E820Entry{33 * kMiB, kPage, E820Type::kReserved}}},
               kFeatures.identity_limit());
    return *PageTables::Create(memory_, map_, tlb_, kFeatures);
  }

  std::vector<Mapping> Walk() {
    return WalkPageTables(memory_, tables_.root(), kFeatures);
  }

  static Mapping Window(uint64_t address, uint64_t size_bytes) {
    return {.virtual_address = address,
            .physical_address = address,
            .size_bytes = size_bytes,
            .writable = true,
            .uncached = true};
  }

  static constexpr PagingFeatures kFeatures = {
      .gigabyte_pages = true, .no_execute = true, .physical_address_bits = 52};

  FakeGuestMemory memory_;
  FakeTlb tlb_;
  std::vector<memory::MemoryRange> storage_ =
      std::vector<memory::MemoryRange>(64);
  memory::MemoryMap map_{storage_};
  PageTables tables_ = MakeTables();
  DeviceWindows windows_{tables_, map_};
};

TEST_F(DeviceWindowsTest, MapsWholePagesUncached) {
  ASSERT_OK_AND_ASSIGN(io::RegisterIo* const registers,
                       windows_.Map(0xFEBF'0FF0, 0x20));

  EXPECT_EQ(registers->size_bytes(), 0x20u);
  EXPECT_EQ(static_cast<io::Mmio*>(registers)->address(), 0xFEBF'0FF0u);
  EXPECT_THAT(Walk(), ElementsAre(Window(0xFEBF'0000, 2 * kPage)));
}

TEST_F(DeviceWindowsTest, MapsFarAbove4GiB) {
  ASSERT_OK(windows_.Map(0x3FFF'FFF8'0000, 0x8'0000));
  ASSERT_OK(windows_.Map(256 * kGiB, kGiB));

  EXPECT_THAT(Walk(),
              ElementsAre(Window(256 * kGiB, kGiB),
                          Window(0x3FFF'FFF8'0000, 0x8'0000)));
}

TEST_F(DeviceWindowsTest, MapsWhatCannotBeIdentityMappedIntoTheUpperHalf) {
  constexpr uint64_t kFar = (uint64_t{1} << 52) - 2 * kPage;

  ASSERT_OK_AND_ASSIGN(io::RegisterIo* const first,
                       windows_.Map(kFar + 0x10, kPage));
  ASSERT_OK_AND_ASSIGN(io::RegisterIo* const second,
                       windows_.Map(uint64_t{1} << 50, 8));

  EXPECT_EQ(static_cast<io::Mmio*>(first)->address(), kUpperHalf + 0x10);
  EXPECT_EQ(static_cast<io::Mmio*>(second)->address(), kUpperHalf + 2 * kPage);
  EXPECT_EQ(tables_.Translate(kUpperHalf + kPage)->physical_address,
            kFar + kPage);
  EXPECT_EQ(tables_.Translate(kUpperHalf + 2 * kPage)->physical_address,
            uint64_t{1} << 50);
}

TEST_F(DeviceWindowsTest, GivesTheSameWindowForTheSameRange) {
  ASSERT_OK_AND_ASSIGN(io::RegisterIo* const first,
                       windows_.Map(0xFEB0'0000, 0x100));

  EXPECT_THAT(windows_.Map(0xFEB0'0000, 0x100), IsOkAndHolds(first));
  ASSERT_OK_AND_ASSIGN(io::RegisterIo* const longer,
                       windows_.Map(0xFEB0'0000, 0x200));
  EXPECT_NE(longer, first);
}

TEST_F(DeviceWindowsTest, RefusesImpossibleRanges) {
  EXPECT_THAT(windows_.Map(0xFEB0'0000, 0), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(windows_.Map(UINT64_MAX, 2), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(windows_.Map((uint64_t{1} << 52) - 1, 2),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(windows_.Map(4 * kGiB, kGiB + 1),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(Walk(), IsEmpty());
}

TEST_F(DeviceWindowsTest, RefusesMemoryAndPagesSharedWithIt) {
  EXPECT_THAT(windows_.Map(kTables + 5, 1), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(windows_.Map(kTables - 1, 2), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(windows_.Map(kTables - kPage, 8 * kMiB),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(windows_.Map(32 * kMiB, 4), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(Walk(), IsEmpty());

  EXPECT_OK(windows_.Map(33 * kMiB, 4));
}

TEST_F(DeviceWindowsTest, SaysWhenThereAreTooMany) {
  for (uint64_t i = 0; i < 256; ++i) {
    ASSERT_OK(windows_.Map(0xFEB0'0000 + i * 16, 16));
  }

  EXPECT_THAT(windows_.Map(0xFEC0'0000, 16), IsError(ErrorCode::kNoMemory));
  EXPECT_OK(windows_.Map(0xFEB0'0000, 16));
}

}  // namespace
}  // namespace flint::paging
