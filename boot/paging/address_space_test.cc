// SPDX-License-Identifier: Apache-2.0
#include "boot/paging/address_space.h"

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
using memory::MemoryType;
using ::testing::ElementsAre;
using testing::IsError;

constexpr uint64_t kPage = 0x1000;
constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr uint64_t kLowRamEnd = 2 * kGiB;

constexpr runtime::ImageLayout kImage = {
    .text = {0x20'0000, 0x21'0000},
    .read_only_data = {0x21'0000, 0x21'4000},
    .data = {0x21'4000, 0x23'0000},
    .stack_guard = {0x23'0000, 0x23'1000},
    .stack = {0x23'1000, 0x25'1000}};

class AddressSpaceTest : public ::testing::Test {
 protected:
  AddressSpaceTest() {
    // Where tables will be allocated: the top of low RAM.
    memory_.AddRegion(kLowRamEnd - 4 * kMiB, 4 * kMiB);
    // A QEMU q35 with 6 GiB, as it describes itself.
    map_.Build({{E820Entry{0, 0x9'FC00, E820Type::kRam},
                 E820Entry{0x9'FC00, 0x400, E820Type::kReserved},
                 E820Entry{0xF'0000, 0x1'0000, E820Type::kReserved},
                 E820Entry{kMiB, kLowRamEnd - kMiB, E820Type::kRam},
                 E820Entry{0x8000'0000, 0x2'0000, E820Type::kAcpiReclaim},
                 E820Entry{0xB000'0000, 0x1000'0000, E820Type::kReserved},
                 E820Entry{4 * kGiB, 4 * kGiB, E820Type::kRam}}},
               kFeatures.identity_limit());
    map_.Claim(
        kImage.text.address, kImage.whole().size_bytes(), MemoryType::kImage);
  }

  static constexpr PagingFeatures kFeatures = {
      .gigabyte_pages = true, .no_execute = true, .physical_address_bits = 40};

  FakeGuestMemory memory_;
  FakeTlb tlb_;
  std::vector<memory::MemoryRange> storage_ =
      std::vector<memory::MemoryRange>(64);
  memory::MemoryMap map_{storage_};
};

Mapping Identity(uint64_t address,
                 uint64_t end,
                 bool writable,
                 bool executable) {
  return {.virtual_address = address,
          .physical_address = address,
          .size_bytes = end - address,
          .writable = writable,
          .executable = executable};
}

TEST_F(AddressSpaceTest, MapsRamWithoutPageZeroGuardOrWritableCode) {
  ASSERT_OK_AND_ASSIGN(PageTables tables,
                       PageTables::Create(memory_, map_, tlb_, kFeatures));

  ASSERT_OK(MapAddressSpace(tables, map_, kImage));

  EXPECT_THAT(WalkPageTables(memory_, tables.root(), kFeatures),
              ElementsAre(Identity(0x1000, 0x9'F000, true, false),
                          Identity(kMiB, 0x20'0000, true, false),
                          Identity(0x20'0000, 0x21'0000, false, true),
                          Identity(0x21'0000, 0x21'4000, false, false),
                          Identity(0x21'4000, 0x23'0000, true, false),
                          Identity(0x23'1000, 0x8002'0000, true, false),
                          Identity(4 * kGiB, 8 * kGiB, true, false)));
}

TEST_F(AddressSpaceTest, UsesLargePages) {
  ASSERT_OK_AND_ASSIGN(PageTables tables,
                       PageTables::Create(memory_, map_, tlb_, kFeatures));

  ASSERT_OK(MapAddressSpace(tables, map_, kImage));

  EXPECT_EQ(tables.Translate(4 * kMiB)->page_bytes, 2 * kMiB);
  EXPECT_EQ(tables.Translate(kGiB)->page_bytes, kGiB);
  EXPECT_EQ(tables.Translate(5 * kGiB)->page_bytes, kGiB);
}

TEST_F(AddressSpaceTest, MapsAnImageThatTheVmmDidNotCallRam) {
  map_.Build({{E820Entry{4 * kMiB, kLowRamEnd - 4 * kMiB, E820Type::kRam}}},
             kFeatures.identity_limit());
  ASSERT_OK_AND_ASSIGN(PageTables tables,
                       PageTables::Create(memory_, map_, tlb_, kFeatures));

  ASSERT_OK(MapAddressSpace(tables, map_, kImage));

  EXPECT_THAT(WalkPageTables(memory_, tables.root(), kFeatures),
              ElementsAre(Identity(0x20'0000, 0x21'0000, false, true),
                          Identity(0x21'0000, 0x21'4000, false, false),
                          Identity(0x21'4000, 0x23'0000, true, false),
                          Identity(0x23'1000, 0x25'1000, true, false),
                          Identity(4 * kMiB, kLowRamEnd, true, false)));
}

TEST_F(AddressSpaceTest, SaysWhenThereIsNoRoomForTables) {
  map_.Build({{E820Entry{kLowRamEnd - 3 * kPage, 3 * kPage, E820Type::kRam}}},
             kFeatures.identity_limit());
  ASSERT_OK_AND_ASSIGN(PageTables tables,
                       PageTables::Create(memory_, map_, tlb_, kFeatures));

  EXPECT_THAT(MapAddressSpace(tables, map_, kImage),
              IsError(ErrorCode::kNoMemory));
}

}  // namespace
}  // namespace flint::paging
